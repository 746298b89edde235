// SPDX-License-Identifier: MIT OR Apache-2.0

// Package seam tests that strategies and functions are named only where they are
// described. Every other line goes by a strategy's row and by a function's role, so
// that a new strategy is a new file and not a change of every stage.
package seam

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/toolchain"
)

// strategyTables are the files that list a stage's strategies. A stage's other files
// that name one are called after it.
var strategyTables = []string{
	"bindings/inline.go",
	"emitter/strategy.go",
	"internal/grid/own.go",
	"prove/strategy.go",
	"validate/ledger/ledger.go",
}

// exceptions are the names of other things that happen to be a function's or a
// strategy's, by file.
var exceptions = []struct{ file, names, reason string }{
	{"bench/scaling/mutex.go", "malloc free", "what dlmalloc exports"},
	{"emitter/bump.go", "any", "a choice on an axis"},
	{"mutate/judge.go", "realloc", "the check of that name"},
	{"prove/arena.go", "mark", "the obligation of that name"},
	{"prove/sym/loop.go", "any", "the suffix of a variable of the solver"},
	{"record/family.go", "alloc free", "functions of Zig's and AssemblyScript's allocators"},
	{"trace/profile/text.go", "free mark release", "operations of a trace"},
	{"trace/trace.go", "alloc free mark release reset", "operations of a trace"},
	{"validate/checks/table.go", "realloc dealloc release reset", "the checks of these names"},
	{"validate/script/script.go", "alloc alloc_zeroed realloc free mark release reset", "operations of a script"},
}

// TestStrategies: a strategy is named in contract, in its own files and in the
// stages' tables.
func TestStrategies(t *testing.T) {
	names := map[string]bool{}
	for _, row := range contract.Strategies {
		names[string(row.Name)] = true
	}
	constants := strategyConstants(t)
	if len(constants) != len(names) {
		t.Fatalf("%d constants of type Strategy, want %d: %v", len(constants), len(names), constants)
	}
	inFlag := regexp.MustCompile(`--strategy[ =](\w+)`)
	check(t, func(f *file, n ast.Node) string {
		name := ""
		switch n := n.(type) {
		case *ast.BasicLit:
			name = text(n)
			if m := inFlag.FindStringSubmatch(name); m != nil {
				name = m[1]
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "contract" {
				name = constants[n.Sel.Name]
			}
		}
		if !names[name] || slices.Contains(strategyTables, f.path) || filepath.Base(f.path) == name+".go" {
			return ""
		}
		return name
	}, "ask the strategy's row, or move it to a file of the strategy's name")
}

// TestFunctions: a function is named in contract and in templates.
func TestFunctions(t *testing.T) {
	names := map[string]bool{}
	for _, abi := range contract.ABIs {
		for _, f := range abi.Functions() {
			names[f.Name] = true
		}
	}
	inFlag := regexp.MustCompile(`--(?:functions|export)[ =]([\w,]+)`)
	check(t, func(_ *file, n ast.Node) string {
		literal, ok := n.(*ast.BasicLit)
		if !ok {
			return ""
		}
		list := text(literal)
		if m := inFlag.FindStringSubmatch(list); m != nil {
			list = m[1]
		}
		// A list of names, in whichever way it is written, is nothing but names.
		words := strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(", +", r) })
		if len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return !names[w] }) {
			return ""
		}
		return list
	}, "go by contract.Function's role")
}

// TestExceptions: each exception is needed, and each table is there.
func TestExceptions(t *testing.T) {
	for _, path := range strategyTables {
		if !slices.ContainsFunc(files(t), func(f *file) bool { return f.path == path }) {
			t.Errorf("%s not found: it is listed as a stage's table of strategies", path)
		}
	}
	for _, x := range exceptions {
		used := map[string]bool{}
		for _, f := range files(t) {
			if f.path == x.file {
				ast.Inspect(f.syntax, func(n ast.Node) bool {
					if literal, ok := n.(*ast.BasicLit); ok {
						used[text(literal)] = true
					}
					return true
				})
			}
		}
		for _, name := range strings.Fields(x.names) {
			if !used[name] {
				t.Errorf("exception for %s in %s (%s): it is not named there", name, x.file, x.reason)
			}
		}
	}
}

// check reports the nodes in which find finds a name that is no exception.
func check(t *testing.T, find func(*file, ast.Node) string, way string) {
	t.Helper()
	for _, f := range files(t) {
		if strings.HasPrefix(f.path, "contract/") {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if n == nil {
				return false
			}
			if name := find(f, n); name != "" && !excepted(f.path, name) {
				t.Errorf("%s:%d: %s is named: %s", f.path, f.set.Position(n.Pos()).Line, name, way)
			}
			return true
		})
	}
}

func excepted(path, name string) bool {
	for _, x := range exceptions {
		if x.file == path && slices.Contains(strings.Fields(x.names), name) {
			return true
		}
	}
	return false
}

// strategyConstants maps the names of contract's constants to the strategies.
func strategyConstants(t *testing.T) map[string]string {
	t.Helper()
	constants := map[string]string{}
	for _, f := range files(t) {
		if !strings.HasPrefix(f.path, "contract/") {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || fmt.Sprint(spec.Type) != "Strategy" {
				return true
			}
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
				constants[spec.Names[0].Name] = text(literal)
			}
			return true
		})
	}
	return constants
}

// text is the value of a string literal; of another one it is "".
func text(literal *ast.BasicLit) string {
	if literal.Kind != token.STRING {
		return ""
	}
	s, _ := strconv.Unquote(literal.Value)
	return s
}

// A file is one of the repository's, tests and examples excluded.
type file struct {
	path   string // from the root, with slashes
	set    *token.FileSet
	syntax *ast.File
}

func files(t *testing.T) []*file {
	t.Helper()
	root := toolchain.Root(t)
	var list []*file
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if name := d.Name(); rel == "examples" || rel == "out" || name == "testdata" || name != "." && strings.HasPrefix(name, ".") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") {
			return nil
		}
		f := &file{path: rel, set: token.NewFileSet()}
		if f.syntax, err = parser.ParseFile(f.set, path, nil, 0); err != nil {
			return err
		}
		list = append(list, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 100 {
		t.Fatalf("%d files found in %s, want 100 at least", len(list), root)
	}
	return list
}
