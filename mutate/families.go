// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"slices"

	"github.com/genalloc/genalloc/wasm"
)

// A family is a set of operators of the same signature that do similar things.
type family []wasm.Opcode

var (
	compareI32 = family(wasm.OpI32Eq.To(wasm.OpI32GeU))
	compareI64 = family(wasm.OpI64Eq.To(wasm.OpI64GeU))
	binaryI32  = family(wasm.OpI32Add.To(wasm.OpI32Rotr))
	binaryI64  = family(wasm.OpI64Add.To(wasm.OpI64Rotr))
	unaryI32   = family{
		wasm.OpI32Eqz, wasm.OpI32Clz, wasm.OpI32Ctz, wasm.OpI32Popcnt,
		wasm.OpI32Extend8S, wasm.OpI32Extend16S,
	}
	unaryI64 = family{
		wasm.OpI64Clz, wasm.OpI64Ctz, wasm.OpI64Popcnt,
		wasm.OpI64Extend8S, wasm.OpI64Extend16S, wasm.OpI64Extend32S,
	}
	extends = family{wasm.OpI64ExtendI32S, wasm.OpI64ExtendI32U}

	families = []family{
		compareI32, compareI64, binaryI32, binaryI64, unaryI32, unaryI64, extends,
		{wasm.OpI32WrapI64, wasm.OpI64Eqz},
		{wasm.OpI32Load, wasm.OpI32Load8S, wasm.OpI32Load8U, wasm.OpI32Load16S, wasm.OpI32Load16U},
		{wasm.OpI64Load, wasm.OpI64Load8S, wasm.OpI64Load8U, wasm.OpI64Load16S, wasm.OpI64Load16U, wasm.OpI64Load32S, wasm.OpI64Load32U},
		{wasm.OpI32Store, wasm.OpI32Store8, wasm.OpI32Store16},
		{wasm.OpI64Store, wasm.OpI64Store8, wasm.OpI64Store16, wasm.OpI64Store32},
		{wasm.OpMemoryCopy, wasm.OpMemoryFill},
		{wasm.OpBlock, wasm.OpLoop},
	}
)

func (f family) has(op wasm.Opcode) bool { return slices.Contains(f, op) }

// operators replaces the operator by every other one of its family.
func operators(s site) []edit {
	var edits []edit
	for _, f := range families {
		if !f.has(s.in.Op) {
			continue
		}
		for _, op := range f {
			if s.followsZero() && againstZero[s.in.Op] == op {
				continue
			}
			in := s.in
			in.Op = op
			// An alignment hint above the natural one does not validate.
			in.Mem.Align = min(in.Mem.Align, uint32(op.Info().Align))
			edits = append(edits, edit{with: []wasm.Instr{in}})
		}
	}
	return edits
}

// againstZero has the comparisons that are the same where the second operand is 0: no
// unsigned number is less.
var againstZero = map[wasm.Opcode]wasm.Opcode{
	wasm.OpI32Ne: wasm.OpI32GtU, wasm.OpI32GtU: wasm.OpI32Ne, wasm.OpI32Eq: wasm.OpI32LeU, wasm.OpI32LeU: wasm.OpI32Eq,
	wasm.OpI64Ne: wasm.OpI64GtU, wasm.OpI64GtU: wasm.OpI64Ne, wasm.OpI64Eq: wasm.OpI64LeU, wasm.OpI64LeU: wasm.OpI64Eq,
}

// followsZero reports whether the instruction's last operand is the constant 0.
func (s site) followsZero() bool {
	if s.f == nil || s.at == 0 {
		return false
	}
	before := s.f.Body[s.at-1]
	return (before.Op == wasm.OpI32Const || before.Op == wasm.OpI64Const) && before.Value == 0
}

// binary reports whether op computes a value from two of the same type.
func binary(op wasm.Opcode) bool { return binaryI32.has(op) || binaryI64.has(op) }

// commutes lists the binary operators whose operands may stand either way.
var commutes = family{
	wasm.OpI32Add, wasm.OpI32Mul, wasm.OpI32And, wasm.OpI32Or, wasm.OpI32Xor,
	wasm.OpI64Add, wasm.OpI64Mul, wasm.OpI64And, wasm.OpI64Or, wasm.OpI64Xor,
}

// idempotent lists the operators that do not change their own result when they are
// applied to it with the same second operand.
var idempotent = family{
	wasm.OpI32And, wasm.OpI32Or, wasm.OpI64And, wasm.OpI64Or,
	wasm.OpI32RemS, wasm.OpI32RemU, wasm.OpI64RemS, wasm.OpI64RemU,
	wasm.OpI32Extend8S, wasm.OpI32Extend16S,
	wasm.OpI64Extend8S, wasm.OpI64Extend16S, wasm.OpI64Extend32S,
}
