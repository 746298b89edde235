// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"fmt"
	"strings"
	"text/template"

	"github.com/genalloc/genalloc/templates"
)

// WAT renders the module's text.
func (m *Model) WAT() (string, error) {
	r := renderer{model: m}
	r.blocks = template.Must(template.New("").Funcs(template.FuncMap{
		"part":       func(name string) (string, error) { return r.part(name, m) },
		"round":      func(expr string) (string, error) { return r.part("round", operand{m, expr}) },
		"next":       func(expr string) (string, error) { return r.part("next", operand{m, expr}) },
		"others":     func(expr string) (string, error) { return r.part("others", operand{m, expr}) },
		"headat":     func(expr string) (string, error) { return r.part("headat", operand{m, expr}) },
		"stackat":    func(expr string) (string, error) { return r.part("stackat", operand{m, expr}) },
		"units":      func() (string, error) { return r.part("units", m) },
		"number":     func(expr string) (string, error) { return r.part("number", operand{m, expr}) },
		"memorygrow": func(expr string) (string, error) { return r.part("memorygrow", operand{m, expr}) },
		"amount":     r.amount,
		"counted":    func(x counted) (string, error) { return r.part("counted."+x.Block, x) },
		"emptied":    func(expr string) (string, error) { return r.part("emptied", operand{m, expr}) },
		"endpage":    func(at, size string) (string, error) { return r.part("endpage", place{m, at, size}) },
	}).ParseFS(templates.FS, "*.wat.tmpl"))
	var b strings.Builder
	if err := r.blocks.ExecuteTemplate(&b, "alloc.wat.tmpl", m); err != nil {
		return "", fmt.Errorf("templates: %w", err)
	}
	return indent(widen(b.String(), m.wide)), nil
}

// A renderer lets a template name a block by a choice, which {{template}} cannot.
type renderer struct {
	model  *Model
	blocks *template.Template
}

// part renders the block that is chosen on an axis, or the block of that name if it
// has no axis, without its last line break.
func (r *renderer) part(name string, data any) (string, error) {
	block := r.model.block(name)
	if block == "" {
		return "", nil
	}
	var b strings.Builder
	if err := r.blocks.ExecuteTemplate(&b, block, data); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// block names the block that is chosen on an axis, or "" where it is left out. Any
// other name is a block's own.
func (m *Model) block(name string) string {
	switch choice, isAxis := m.Choices[name]; {
	case !isAxis:
		return name
	case choice == "":
		return ""
	default:
		return name + "." + choice
	}
}

// An operand is what a block that is itself an expression works on: the model, and
// the expression that stands in the block's middle.
type operand struct {
	*Model
	Expr string
}

// A place is the operand for arithmetic on a block of memory: minus its address,
// and its size.
type place struct {
	*Model
	At, Size string
}

// indent sets every line in by two spaces for each parenthesis that is open at
// its start, so that the blocks need not know where they are put, and leaves at
// most one empty line between others.
func indent(text string) string {
	var b strings.Builder
	depth, empty := 0, true
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			empty = true
			continue
		}
		if empty && b.Len() > 0 {
			b.WriteByte('\n')
		}
		empty = false
		opens, closed := nesting(line)
		b.WriteString(strings.Repeat("  ", depth-closed))
		b.WriteString(line)
		b.WriteByte('\n')
		depth += opens
	}
	return b.String()
}

// nesting returns by how much a line of WAT changes the depth, and how many of
// its parentheses close what earlier lines opened before it opens any itself.
// Those in strings and comments do not count.
func nesting(line string) (change, closed int) {
	inString := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == ';' && i+1 < len(line) && line[i+1] == ';':
			return change, closed
		case c == '(':
			change++
		case c == ')':
			change--
			if i == closed {
				closed++
			}
		}
	}
	return change, closed
}
