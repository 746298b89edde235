// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadme runs every genalloc command of the README, in order and in one empty
// folder, and holds the output that it shows against what comes out.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	blocks := regexp.MustCompile("(?ms)^```\n(.*?)^```$").FindAllSubmatch(text, -1)
	ran := 0
	var last string
	for _, b := range blocks {
		for line := range strings.Lines(string(b[1])) {
			line = strings.TrimSpace(line)
			line = strings.Replace(line, "go run ./cmd/genalloc", "genalloc", 1)
			args, ok := strings.CutPrefix(line+" ", "genalloc ")
			if !ok {
				continue
			}
			var out, messages bytes.Buffer
			if status := run(strings.Fields(args), streams{strings.NewReader(""), &out, &messages}, emit); status != exitDone {
				t.Errorf("%s: exit %d: %s", line, status, &messages)
			}
			last = out.String() + messages.String()
			ran++
		}
		if shown := string(b[1]); strings.Contains(shown, "bytes\n  functions") && figures(shown) != figures(last) {
			t.Errorf("the README shows\n%s\nand the command says\n%s", shown, last)
		}
	}
	if ran < 10 {
		t.Errorf("%d commands found in the README, want 10 at least", ran)
	}
}

// figures leaves the time out of a summary.
func figures(summary string) string {
	return regexp.MustCompile(`time +[0-9.]+ s`).ReplaceAllString(summary, "time")
}
