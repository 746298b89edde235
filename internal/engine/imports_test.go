// SPDX-License-Identifier: MIT OR Apache-2.0

package engine_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestImports: this package is the only one that imports an engine, beside the two
// that assemble text. Tests may import what they like.
func TestImports(t *testing.T) {
	found := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, filepath.Join("..", "..")+string(filepath.Separator)))
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, im := range file.Imports {
			to, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				return err
			}
			if strings.HasPrefix(to, "github.com/bytecodealliance/") || strings.HasPrefix(to, "github.com/tetratelabs/") {
				found[name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"emitter/emit.go", "internal/wattest/wattest.go", "internal/engine/wasmtime.go", "internal/engine/wazero.go"} {
		if !found[name] {
			t.Errorf("%s imports no engine: is the walk complete?", name)
		}
		delete(found, name)
	}
	for name := range found {
		if filepath.ToSlash(filepath.Dir(name)) != "internal/engine" {
			t.Errorf("%s imports an engine: use internal/engine", name)
		}
	}
}
