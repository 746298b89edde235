// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/toolchain"
)

var files = []entry{{"dir/command", 0o755, []byte("\x7fELF")}, {"dir/README.md", 0o644, []byte("text")}}

// TestArchives: both kinds have the files, their modes and nothing of today.
func TestArchives(t *testing.T) {
	var archive bytes.Buffer
	if err := tarball(&archive, files); err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(&archive)
	if err != nil {
		t.Fatal(err)
	}
	if !z.ModTime.IsZero() {
		t.Errorf("gzip's header has the time %v", z.ModTime)
	}
	r := tar.NewReader(z)
	for _, want := range files {
		h, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil || h.Name != want.name || h.FileInfo().Mode() != want.mode || !h.ModTime.Equal(epoch) || !bytes.Equal(content, want.content) {
			t.Errorf("%+v with %q, error %v, want %v", h, content, err, want)
		}
	}

	archive.Reset()
	if err := zipped(&archive, files); err != nil {
		t.Fatal(err)
	}
	list, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	if err != nil || len(list.File) != len(files) {
		t.Fatalf("%d files, error %v", len(list.File), err)
	}
	for i, want := range files {
		f := list.File[i]
		if f.Name != want.name || f.Mode() != want.mode || !f.Modified.Equal(epoch) {
			t.Errorf("%+v, want %v", f.FileHeader, want)
		}
	}
}

// TestLinked: what is linked is listed, the engine's library too, and has its licence.
func TestLinked(t *testing.T) {
	t.Chdir(toolchain.Root(t))
	deps := []*debug.Module{
		{Path: "github.com/bytecodealliance/wasmtime-go/v39", Version: "v39.0.1"},
		{Path: "github.com/tetratelabs/wazero", Version: "v1.12.0"},
	}
	bill, err := sbom(&debug.BuildInfo{GoVersion: "go1.25.0", Deps: deps}, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"pkg:golang/std@1.25.0", "pkg:golang/github.com/tetratelabs/wazero@v1.12.0", "pkg:cargo/wasmtime@39.0.",
	} {
		if !strings.Contains(string(bill), `"purl": "`+want) {
			t.Errorf("the list has no %s:\n%s", want, bill)
		}
	}
	texts, err := licences(deps)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range texts {
		if names = append(names, e.name); len(e.content) == 0 {
			t.Errorf("%s is empty", e.name)
		}
	}
	want := "licences/github.com/bytecodealliance/wasmtime-go/v39/LICENSE licences/github.com/tetratelabs/wazero/LICENSE licences/github.com/tetratelabs/wazero/NOTICE"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("the licences are %s, want %s", got, want)
	}
}

// TestRefusals: nothing is built for a version or a target that is wrong.
func TestRefusals(t *testing.T) {
	t.Chdir(toolchain.Root(t))
	for _, tt := range []struct{ target, version, want string }{
		{"linux/amd64", "v99.0.0", "-version v99.0.0: the packages have the version "},
		{"linux", "", "-target linux: OS/ARCH expected"},
	} {
		if err := run(t.TempDir(), tt.target, tt.version); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error is %v, want %q", err, tt.want)
		}
	}
}
