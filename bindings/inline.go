// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings

import (
	"bytes"
	"fmt"
	"text/template"

	"github.com/genalloc/genalloc/contract"
)

// An inlining is what a strategy's fast paths are, as code in the caller's language. It
// stands in a file of the strategy's name, and the code in templates of that name.
type inlining struct {
	// blocks names the template of each function that is inlined, by its role.
	blocks map[contract.Role]string
	// Own has the numbers that these templates mention.
	Own any
}

// inlinings has a row for each strategy whose fast paths can be inlined.
var inlinings = map[contract.Strategy]func(contract.Contract) *inlining{
	contract.Bump:  inlineBump,
	contract.Stack: inlineStack,
	contract.Lists: inlineLists,
}

// An inlined is the data of a template of inlined code.
type inlined struct {
	*model
	function
	Own any
}

// inlined reports whether the function is code in the caller.
func (m *model) inlined(f function) bool {
	return m.Inline != nil && f.ABI == contract.Core && m.Inline.blocks[f.Role] != ""
}

// inline writes a template of the inlined code: the body of a function, or else the
// declarations of the strategy under that name. There need not be any.
func (m *model) inline(t *template.Template, language, name string, f function) (string, error) {
	blocks := string(m.Strategy.Name)
	if f.Name != "" {
		blocks, name = m.Inline.blocks[f.Role], f.Name
	}
	block := t.Lookup(fmt.Sprintf("%s.%s.%s", language, blocks, name))
	if block == nil && f.Name == "" {
		return "", nil
	}
	var b bytes.Buffer
	err := block.Execute(&b, inlined{m, f, m.Inline.Own})
	return b.String(), err
}
