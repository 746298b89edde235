// SPDX-License-Identifier: MIT OR Apache-2.0

package templates_test

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/genalloc/genalloc/templates"
)

// files returns the names of all templates.
func files(t *testing.T) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(templates.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestNoConditions checks that templates say and do not choose: they have no if,
// no else and no with.
func TestNoConditions(t *testing.T) {
	for _, name := range files(t) {
		text, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range conditions(t, name, string(text)) {
			t.Error(found)
		}
	}
}

// TestConditionsAreFound checks the check.
func TestConditionsAreFound(t *testing.T) {
	for text, want := range map[string]int{
		"plain (if (then)) text":                    0,
		"{{.X}}{{range .Y}}{{.}}{{end}}":            0,
		"{{if .X}}a{{end}}":                         1,
		"{{if .X}}a{{else}}b{{end}}":                2,
		"{{with .X}}a{{end}}":                       1,
		"{{range .X}}a{{else}}b{{end}}":             1,
		"{{range .X}}{{if .Y}}a{{end}}{{end}}":      1,
		`{{define "d"}}{{if .X}}a{{end}}{{end}}`:    1,
		`{{block "b" .}}{{with .X}}a{{end}}{{end}}`: 1,
		"{{and .X .Y}}":                             1,
		"{{$x := or .X .Y}}{{$x}}":                  1,
		"{{.X | eq 1}}":                             1,
		`{{printf "%s" (not .X)}}`:                  1,
	} {
		if found := conditions(t, "text", text); len(found) != want {
			t.Errorf("%s: %d conditions are found, want %d: %v", text, len(found), want, found)
		}
	}
}

// conditions lists the actions and functions of a template that choose.
func conditions(t *testing.T, name, text string) []string {
	t.Helper()
	tree, trees := parsed(t, name, text)
	var found []string
	report := func(n parse.Node, what string) {
		where, _ := tree.ErrorContext(n)
		found = append(found, fmt.Sprintf("%s: %s: the emitter should choose", where, what))
	}
	for _, tree := range trees {
		walk(tree.Root, report)
	}
	return found
}

// parsed returns a template's own tree, and it with those of the blocks.
func parsed(t *testing.T, name, text string) (*parse.Tree, map[string]*parse.Tree) {
	t.Helper()
	trees := map[string]*parse.Tree{}
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(text, "", "", trees); err != nil {
		t.Fatal(err)
	}
	return tree, trees
}

// choosers are the functions of text/template that compare or choose.
const choosers = " and or not eq ne lt le gt ge "

func walk(n parse.Node, report func(n parse.Node, what string)) {
	branch := func(b *parse.BranchNode) {
		walk(b.Pipe, report)
		walk(b.List, report)
		if b.ElseList != nil {
			report(n, "else")
			walk(b.ElseList, report)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			walk(child, report)
		}
	case *parse.IfNode:
		report(n, "if")
		branch(&n.BranchNode)
	case *parse.WithNode:
		report(n, "with")
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.ActionNode:
		walk(n.Pipe, report)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			walk(n.Pipe, report)
		}
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			walk(c, report)
		}
	case *parse.CommandNode:
		for _, arg := range n.Args {
			walk(arg, report)
		}
	case *parse.IdentifierNode:
		if strings.Contains(choosers, " "+n.Ident+" ") {
			report(n, n.Ident)
		}
	}
}

// TestFilesDefineBlocks checks that all text but the spine's stands in blocks, and
// that no block is defined in two files, of which one would silently win.
func TestFilesDefineBlocks(t *testing.T) {
	in := map[string]string{} // block to file
	for _, name := range files(t) {
		text, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		blocks, outside := split(t, string(text))
		if name != "alloc.wat.tmpl" && (outside != "" || len(blocks) == 0) {
			t.Errorf("%s: %d blocks, and text outside of them: %q", name, len(blocks), outside)
		}
		for _, block := range blocks {
			if in[block] != "" {
				t.Errorf("%s: block %s is defined in %s too", name, block, in[block])
			}
			in[block] = name
		}
	}
}

// TestSplit checks the checks' reading of a file.
func TestSplit(t *testing.T) {
	const text = "{{/* a\nb */}}\n{{define \"x.a\"}}{{range .X}}{{.}}{{end}}{{end}}\n stray {{define \"y\"}}\n{{end}}"
	blocks, outside := split(t, text)
	if got := fmt.Sprintf("%v %s", blocks, outside); got != "[x.a y] stray" {
		t.Errorf("blocks and the rest are %s", got)
	}
}

// split lists the blocks that a template's text defines, and returns what is left of
// it without them and without comments.
func split(t *testing.T, text string) (blocks []string, outside string) {
	t.Helper()
	_, trees := parsed(t, "text", text)
	outside = strings.TrimSpace(trees["text"].Root.String())
	delete(trees, "text")
	return slices.Sorted(maps.Keys(trees)), outside
}
