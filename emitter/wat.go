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
	var r renderer
	t, err := template.New("").Funcs(template.FuncMap{
		"part":   r.part,
		"round":  func(expr string) (string, error) { return r.part(m.Round, operand{m, expr}) },
		"next":   func(expr string) (string, error) { return r.part(m.Next, operand{m, expr}) },
		"others": func(expr string) (string, error) { return r.part(m.Others, operand{m, expr}) },
		"endpage": func(at, size string) (string, error) {
			return r.part(m.EndPage, block{m, at, size})
		},
	}).ParseFS(templates.FS, "*.wat.tmpl", "parts/*.part")
	if err != nil {
		return "", fmt.Errorf("templates: %w", err)
	}
	r.t = t
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, "alloc.wat.tmpl", m); err != nil {
		return "", fmt.Errorf("templates: %w", err)
	}
	return indent(b.String()), nil
}

// A renderer lets a template name another by a value, which {{template}} cannot.
type renderer struct{ t *template.Template }

// part renders the named part without its last line break.
func (r *renderer) part(name string, data any) (string, error) {
	var b strings.Builder
	if err := r.t.ExecuteTemplate(&b, name+".part", data); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// An operand is the expression that a part which is itself an expression works
// on, beside the model.
type operand struct {
	*Model
	Expr string
}

// A block is the operand of a part that works on a block's place: minus its
// address, and its size.
type block struct {
	*Model
	At, Size string
}

// quote writes a name as a WAT string: every byte that is not plain ASCII is
// escaped, so that a name can neither end the string nor start a comment.
func quote(name string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(name); i++ {
		if c := name[i]; c >= ' ' && c <= '~' && c != '"' && c != '\\' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "\\%02x", c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
