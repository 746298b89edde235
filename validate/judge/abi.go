// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// A request is an operation of the judge, before an ABI turns it into a call.
type request struct {
	op     script.Op
	handle uint64 // what the ABI knows the block freed or resized by, 0 for null; or the mark
	old    uint64 // its size in bytes
	align  uint64 // bytes
	size   uint64 // bytes

	pointer uint64 // bytes of an address
}

// An answer is the result of a call. Both are 0 for null.
type answer struct {
	ptr    uint64 // address of the block
	handle uint64 // what the function returned
}

// A shape is the layout of a block under an ABI. Only this project's modules promise
// lead and whole.
type shape struct {
	align uint64 // the block's address is a multiple of it
	lead  uint64 // bytes before the block that are the ABI's own
	whole uint64 // alignment of these and the block together
	empty uint64 // where every block of size 0 is; 0 if it is a block like others
}

// An adapter turns the judge's operations into calls under one ABI.
type adapter interface {
	// has reports whether the module can do the operation at all.
	has(op script.Op) bool
	// plan returns the function to call and its arguments.
	plan(r request) (contract.Function, []uint64)
	// call makes the call. The error is an engine.Trap, a *ledger.Breach of the
	// ABI, or says what else went wrong.
	call(in *instance, r request) (answer, error)
	shape(r request) shape
	// kept judges the bytes that the ABI keeps for a live block.
	kept(in *instance, handle uint64) error
	// ended enters that a block's life ended.
	ended(handle uint64)
}

// newAdapter returns the adapter for the contract of one ABI.
func newAdapter(c contract.Contract) adapter {
	f := functionsOf(c)
	switch c.ABI {
	case contract.C:
		a := &cAdapter{f, contract.CAlign, uint64(c.ListHeader())}
		if !c.Strategy.Row().Generated {
			a.least = uint64(c.MinAlign)
		}
		return a
	case contract.OPA:
		return &cAdapter{f, contract.OPAAlign, 0}
	case contract.CosmWasmABI:
		return &cosmwasmAdapter{f, uint64(c.MinAlign), map[uint64]region{}}
	case contract.ProxyWasm:
		// Hosts write words of up to 8 bytes.
		return &plainAdapter{functions: f, fixed: max(uint64(c.MinAlign), 8)}
	case contract.CABI, contract.WasmBindgen:
		return &plainAdapter{functions: f, least: uint64(c.MinAlign), atAlign: true}
	}
	return &plainAdapter{functions: f, least: uint64(c.MinAlign), fixed: uint64(c.FixedAlign)}
}

// Can reports whether the contract of one ABI has a function for the operation.
func Can(c contract.Contract, op script.Op) bool { return newAdapter(c).has(op) }

// makers are the operations that make a new block, in order of preference.
var makers = []script.Op{script.OpAlloc, script.OpAllocZeroed, script.OpMemalign}

// CanMake reports whether the contract of one ABI has a function that makes blocks.
func CanMake(c contract.Contract) bool { return slices.ContainsFunc(makers, newAdapter(c).has) }

// Called returns the ABI's function for the operation, or the operation's own name if
// there is none.
func Called(abi contract.ABI, op script.Op) string {
	for _, f := range abi.Functions() {
		if operation(f) == op {
			return f.Name
		}
	}
	return string(op)
}

// operation returns what a function does for the judge.
func operation(f contract.Function) script.Op {
	switch f.Role {
	case contract.AllocatesZeroed:
		return script.OpAllocZeroed
	case contract.Resizes:
		return script.OpRealloc
	case contract.Frees:
		return script.OpFree
	case contract.Measures:
		return script.OpUsable
	case contract.Marks:
		return script.OpMark
	case contract.Releases:
		return script.OpRelease
	case contract.Resets:
		return script.OpReset
	}
	switch {
	case f.Result == contract.ErrnoResult:
		return script.OpMemalign
	case f.ABI == contract.C && f.Param(contract.AlignParam) >= 0:
		return opAligned
	}
	return script.OpAlloc
}

// functions are those that the contract has.
type functions map[script.Op]contract.Function

func functionsOf(c contract.Contract) functions {
	fs := functions{}
	for _, f := range c.Signatures() {
		if f.ABI == contract.Watch || f.Role == contract.Begins {
			continue
		}
		fs[operation(f)] = f
		if f.ABI == contract.CABI {
			fs[script.OpAlloc] = f // with no block to resize
		}
	}
	return fs
}

func (fs functions) has(op script.Op) bool {
	_, ok := fs[op]
	return ok
}

// Most ABIs return the block itself, and keep nothing beside it.
func (fs functions) call(in *instance, r request) (answer, error) {
	ptr, err := in.call(fs.plan(r))
	return answer{ptr, ptr}, err
}

func (fs functions) kept(*instance, uint64) error { return nil }

func (fs functions) ended(uint64) {}

func (fs functions) plan(r request) (contract.Function, []uint64) {
	f := fs[r.op]
	count, each := uint64(1), r.size
	if f.Param(contract.CountParam) >= 0 {
		count, each = r.factors()
	}
	operands := map[contract.ParamRole]uint64{
		contract.SizeParam: each, contract.CountParam: count, contract.AlignParam: r.align,
		contract.BlockParam: r.handle, contract.OldSizeParam: r.old, contract.OutParam: slot,
		contract.MarkParam: r.handle,
	}
	return f, Arguments(f, operands)
}

// Maker returns a function of the contract that makes a new block and returns it.
func Maker(c contract.Contract) (f contract.Function, ok bool) {
	for _, role := range []contract.Role{contract.Allocates, contract.AllocatesZeroed} {
		for _, f := range c.Signatures() {
			if f.Role == role && f.Result == contract.BlockResult {
				return f, true
			}
		}
	}
	return f, false
}

// Shape returns the alignment of a block that the function makes for an alignment asked
// for, and the bytes that the ABI keeps before it.
func Shape(c contract.Contract, f contract.Function, align uint64) (alignment, lead uint64) {
	if f.Param(contract.AlignParam) < 0 {
		align = 1
	}
	s := newAdapter(c).shape(request{op: script.OpAlloc, align: align})
	return s.align, s.lead
}

// Left judges that a thread's request was refused where the memory has so many pages, of most,
// and so many of those at the start are [Unclaimed]. Pages are only ever added and claimed, so
// that what is left afterwards was left during the whole call. Of blocks beyond the largest
// there need be none.
func Left(c contract.Contract, size, align, pages, most, start uint64) *ledger.Breach {
	need := Need(c, size, align)
	switch limited := c.ListUnit() != 0 && c.LimitsBlocks() && size > c.MaxBlock; {
	case limited:
		return nil
	case start >= need:
		return &ledger.Breach{Rule: "null", Expected: fmt.Sprintf("a block: %s of the start are left", unit.Pages(start)), Got: "null"}
	case pages+need > most:
		return nil
	}
	return &ledger.Breach{Rule: "null", Expected: fmt.Sprintf("a block: %s of %s are left", unit.Pages(most-pages), unit.Pages(most)), Got: "null"}
}

// Lies judges where a thread's block lies in a memory of mem bytes, whatever else is there.
func Lies(b ledger.Span, align, base, mem uint64) *ledger.Breach {
	switch {
	case b.From%align != 0:
		return &ledger.Breach{Rule: "alignment", Expected: fmt.Sprintf("a multiple of %d", align), Got: fmt.Sprintf("%#x", b.From)}
	case b.From < base:
		return &ledger.Breach{Rule: "below-base", Expected: fmt.Sprintf("an address from the heap base %#x on", base), Got: fmt.Sprintf("%#x", b.From)}
	case b.To > mem:
		return &ledger.Breach{Rule: "bounds", Expected: fmt.Sprintf("a block that ends within the memory, at %#x", mem), Got: fmt.Sprintf("one from %#x to %#x", b.From, b.To)}
	}
	return nil
}

// Unclaimed returns how many pages of those at the start no thread has claimed. A word in front
// of them counts the others; word reads it.
func Unclaimed(c contract.Contract, base uint64, word func(at uint64) uint64) uint64 {
	l := ledger.LayoutOf(c, base, uint64(c.InitialPages)*contract.PageSize)
	if l.Shared.Size() == 0 {
		return 0
	}
	all := l.Shared.Size() / contract.PageSize
	return all - min(word(l.Heads.From), all)
}

// Need returns how many pages hold a block wherever they lie. One of a list lies at a multiple
// of the largest power of two that divides its class.
func Need(c contract.Contract, size, align uint64) uint64 {
	if c.ListUnit() != 0 {
		class := c.ClassSize(size, max(align, 1))
		return ledger.Up(class+max(class&-class, contract.PageSize), contract.PageSize)/contract.PageSize - 1
	}
	f, _ := Maker(c)
	align, lead := Shape(c, f, align)
	room := max(lead+size, 1)
	if align >= contract.PageSize {
		room += align
	}
	return ledger.Up(room, contract.PageSize) / contract.PageSize
}

// Operands returns what a function is called with to make a block, or to resize or free an
// old one.
func Operands(f contract.Function, size, align uint64, old ledger.Span) []uint64 {
	return Arguments(f, map[contract.ParamRole]uint64{
		contract.SizeParam: size, contract.AlignParam: align, contract.CountParam: 1,
		contract.BlockParam: old.From, contract.OldSizeParam: old.Size(),
	})
}

// Arguments returns what a function is called with, of operands by their roles.
func Arguments(f contract.Function, operands map[contract.ParamRole]uint64) []uint64 {
	var args []uint64
	for _, p := range f.Params {
		args = append(args, operands[p.Role])
	}
	return args
}

// plainAdapter is for the ABIs whose functions differ from core's only in their names
// and the order of parameters.
type plainAdapter struct {
	functions
	least   uint64 // alignment of every block, in bytes
	fixed   uint64 // the one alignment, if functions take none; 0 otherwise
	atAlign bool   // a block of size 0 is at the address that equals its alignment
}

func (a *plainAdapter) shape(r request) shape {
	align := max(r.align, a.least)
	if a.fixed != 0 {
		align = a.fixed
	}
	s := shape{align: align, whole: align}
	if a.atAlign {
		s.empty = r.align
	}
	return s
}

// describe returns a call with its arguments.
func describe(a adapter, r request) string {
	f, args := a.plan(r)
	var list []string
	for i, p := range f.Params {
		format := "%s %d"
		if slices.Contains([]contract.ParamRole{contract.BlockParam, contract.OutParam, contract.MarkParam}, p.Role) {
			format = "%s %#x"
		}
		list = append(list, fmt.Sprintf(format, p.Name, args[i]))
	}
	return f.Name + "(" + strings.Join(list, ", ") + ")"
}
