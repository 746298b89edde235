// SPDX-License-Identifier: MIT OR Apache-2.0

package examples_test

import (
	"archive/zip"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/toolchain"
)

// TestGenerated: the packages have what genalloc makes today.
func TestGenerated(t *testing.T) {
	execute(t, "../packages", "./generate", "--check")
}

// TestVersions: the packages have the same version and the repository's licence.
func TestVersions(t *testing.T) {
	licence, _, _ := strings.Cut(strings.TrimPrefix(read(t, "../LICENSE"), "SPDX-License-Identifier: "), "\n")
	var npm struct{ Version, License string }
	must(t, json.Unmarshal([]byte(read(t, "../packages/npm/package.json")), &npm))
	crate := read(t, "../packages/cargo/Cargo.toml")
	field := func(name string) string {
		m := regexp.MustCompile(`(?m)^` + name + ` = "(.*)"$`).FindStringSubmatch(crate)
		if m == nil {
			t.Fatalf("Cargo.toml has no %s", name)
		}
		return m[1]
	}
	if npm.Version != field("version") {
		t.Errorf("npm's package has the version %s, the crate %s", npm.Version, field("version"))
	}
	if npm.License != licence || field("license") != licence {
		t.Errorf("npm's package has the licence %s, the crate %s, and the repository %s", npm.License, field("license"), licence)
	}
}

// TestAction: the action's script passes on fresh files, and fails on one that is not.
func TestAction(t *testing.T) {
	toolchain.Need(t, "go", "bash")
	root := toolchain.Root(t)
	if text := read(t, filepath.Join(root, "action.yml")); !strings.Contains(text, `run: '"$GITHUB_ACTION_PATH/scripts/action"'`) {
		t.Error("action.yml does not run scripts/action")
	}
	dir := t.TempDir()
	execute(t, dir, filepath.Join(bin, "genalloc"), "-q", "--max-pages", "4", "-o", "fresh.wasm")
	execute(t, dir, filepath.Join(bin, "genalloc"), "-q", "--abi", "c", "-o", "malloc.o")
	stale := strings.Replace(read(t, filepath.Join(dir, "fresh.wasm")), "--max-pages=4", "--max-pages=5", 1)
	save(t, filepath.Join(dir, "stale.wasm"), stale)
	t.Setenv("GITHUB_ACTION_PATH", root)
	t.Setenv("RUNNER_TEMP", t.TempDir())
	for _, tt := range []struct {
		files, flags string
		status       int
		want         string
	}{
		{"fresh.wasm", "", 0, "fresh.wasm  up to date"},
		{"", "--abi c -o malloc.o", 0, "malloc.o  up to date"},
		{"stale.wasm fresh.wasm", "", 1, "stale.wasm is out of date"},
		{"fresh.wasm", "--abi c --oom trap -o malloc.o", 1, "malloc.o is out of date"},
		{"", "", 2, "nothing to check"},
	} {
		c := exec.Command(filepath.Join(root, "scripts", "action"))
		c.Dir = dir
		c.Env = append(os.Environ(), "FILES="+tt.files, "FLAGS="+tt.flags)
		out, _ := c.CombinedOutput()
		if c.ProcessState.ExitCode() != tt.status || !strings.Contains(string(out), tt.want) {
			t.Errorf("files %q, flags %q: exit %d, want %d and %q in\n%s", tt.files, tt.flags, c.ProcessState.ExitCode(), tt.status, tt.want, out)
		}
	}
}

// TestInstall installs the command as go install PACKAGE@VERSION does, from what a module
// proxy would have: a zip of the files that git does not ignore.
func TestInstall(t *testing.T) {
	toolchain.Need(t, "go", "git")
	root, proxy, gobin := toolchain.Root(t), t.TempDir(), t.TempDir()
	const path, version = "github.com/genalloc/genalloc", "v0.0.1-test"
	dir := filepath.Join(proxy, path, "@v")
	must(t, os.MkdirAll(dir, 0o777))
	mod := read(t, filepath.Join(root, "go.mod"))
	if strings.Contains(mod, "replace") {
		t.Error("go.mod has a replace directive: go install refuses it")
	}
	save(t, filepath.Join(dir, version+".mod"), mod)
	save(t, filepath.Join(dir, version+".info"), `{"Version": "`+version+`"}`)
	archive(t, root, path+"@"+version, filepath.Join(dir, version+".zip"))

	save(t, filepath.Join(dir, "list"), version+"\n")

	cache := strings.TrimSpace(toolchain.Run(t, ".", "go", "env", "GOMODCACHE"))
	c := exec.Command("go", "install", path+"/cmd/genalloc@"+version)
	c.Dir = t.TempDir()
	c.Env = append(os.Environ(), "GOBIN="+gobin, "GOSUMDB=off", "GOFLAGS=-modcacherw", "GOMODCACHE="+borrowed(t, cache),
		"GOPROXY=file://"+proxy+",file://"+filepath.Join(cache, "cache", "download"))
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out := execute(t, t.TempDir(), filepath.Join(gobin, "genalloc"), "version")
	if !strings.HasPrefix(out, "genalloc "+version+" ") {
		t.Errorf("the version is %q", out)
	}
	execute(t, t.TempDir(), filepath.Join(gobin, "genalloc"), "-q")
}

// archive writes the files of the module that git does not ignore, without modules in it.
// A repository of its own knows of them, so that a tree without one will do.
func archive(t *testing.T, root, prefix, file string) {
	t.Helper()
	f, err := os.Create(file)
	must(t, err)
	defer f.Close()
	z := zip.NewWriter(f)
	repository := t.TempDir()
	toolchain.Run(t, root, "git", "init", "-q", repository)
	files := toolchain.Run(t, root, "git", "--git-dir", filepath.Join(repository, ".git"), "--work-tree", root, "ls-files", "-z", "-o", "--exclude-standard")
	for _, name := range strings.Split(files, "\x00") {
		content, err := os.ReadFile(filepath.Join(root, name))
		if name == "" || strings.HasPrefix(name, "hosts/") || os.IsNotExist(err) {
			continue
		}
		must(t, err)
		w, err := z.Create(prefix + "/" + name)
		must(t, err)
		_, err = w.Write(content)
		must(t, err)
	}
	must(t, z.Close())
}

// borrowed returns a module cache with links to what another has, to which this module
// can be added without a trace.
func borrowed(t *testing.T, cache string) string {
	t.Helper()
	own := t.TempDir()
	for _, dir := range []string{"", "github.com", "cache/download", "cache/download/github.com"} {
		must(t, os.MkdirAll(filepath.Join(own, dir), 0o777))
		entries, err := os.ReadDir(filepath.Join(cache, dir))
		must(t, err)
		for _, e := range entries {
			switch e.Name() {
			case "github.com", "genalloc", "cache":
			default:
				must(t, os.Symlink(filepath.Join(cache, dir, e.Name()), filepath.Join(own, dir, e.Name())))
			}
		}
	}
	return own
}
