// SPDX-License-Identifier: MIT OR Apache-2.0

package parallel_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/internal/wattest"
)

// hosts run the workers of testdata/workers.mjs with a module, and return what they found.
var hosts = map[string]func(t *testing.T, module []byte) string{"node": inNode, "chromium": inChromium}

// TestWorkers: workers of node and of a browser share a memory by modules that are right, and
// by one that is not.
func TestWorkers(t *testing.T) {
	root := toolchain.Root(t)
	for host, run := range hosts {
		t.Run(host, func(t *testing.T) {
			toolchain.Need(t, host)
			edited := 0
			for _, file := range []string{"emitter/testdata/threads.wat", "emitter/testdata/threads-lists.wat", "validate/interleave/testdata/bump.wat"} {
				text, err := os.ReadFile(filepath.Join(root, file))
				if err != nil {
					t.Fatal(err)
				}
				module, _ := wattest.Assemble(t, string(text))
				if found := run(t, module); found != "ok" {
					t.Errorf("%s: %s", file, found)
				}
				broken := strings.Replace(string(text), "(global $top (mut i32) (i32.const 0))\n  (global $end (mut i32) (i32.const 0))",
					"(global $top (mut i32) (i32.const 2048))\n  (global $end (mut i32) (i32.const 65536))", 1)
				if broken == string(text) {
					continue
				}
				edited++
				module, _ = wattest.Assemble(t, broken)
				if found := run(t, module); !strings.Contains(found, "contents") && !strings.Contains(found, "overlap") {
					t.Errorf("%s, where all begin with the same page: %s", file, found)
				}
			}
			if edited != 1 {
				t.Errorf("%d modules were broken, want 1", edited)
			}
		})
	}
}

func inNode(t *testing.T, module []byte) string {
	file := filepath.Join(t.TempDir(), "module.wasm")
	if err := os.WriteFile(file, module, 0o644); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(toolchain.Run(t, ".", "node", "testdata/workers.mjs", file))
}

// inChromium serves a page that is cross-origin isolated, as shared memories need it, and
// waits for what it sends.
func inChromium(t *testing.T, module []byte) string {
	found := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<!doctype html><script type="module" src="/workers.mjs"></script>`)
		case "/workers.mjs":
			w.Header().Set("Content-Type", "text/javascript")
			http.ServeFile(w, r, "testdata/workers.mjs")
		case "/module.wasm":
			w.Header().Set("Content-Type", "application/wasm")
			w.Write(module)
		case "/found":
			text, _ := io.ReadAll(r.Body)
			found <- string(text)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	profile, err := os.MkdirTemp("", "chromium")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(profile) // its processes may end later than the test
	browser := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+profile,
		"--remote-debugging-port=0", server.URL)
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { browser.Process.Kill(); browser.Wait() }()
	select {
	case text := <-found:
		return text
	case <-time.After(2 * time.Minute):
		return "the page sent nothing"
	}
}
