// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings

import "github.com/genalloc/genalloc/contract"

// stackNumbers are what the inlined code of stack mentions, beside bump's.
type stackNumbers struct {
	bumpNumbers
	High bool // the object has a word for it, which tells used memory from fresh memory
}

// inlineStack is bump's, with a free of its own. Resizing and zeroing are the object's.
func inlineStack(c contract.Contract) *inlining {
	in := inlineBump(c)
	in.blocks = map[contract.Role]string{contract.Allocates: in.blocks[contract.Allocates], contract.Frees: "stack"}
	in.Own = stackNumbers{in.Own.(bumpNumbers), c.HasRole(contract.AllocatesZeroed) && !c.Dirty}
	return in
}
