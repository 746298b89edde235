// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/script"
)

// A request is an operation of the judge, before an ABI gives it the form of a
// call.
type request struct {
	op     script.Op
	ptr    uint64 // address of the block freed or resized; 0 for null
	handle uint64 // what the ABI knows that block by
	old    uint64 // its size in bytes
	align  uint64 // bytes
	size   uint64 // bytes
}

// An answer is what came of it. Both are 0 for null.
type answer struct {
	ptr    uint64 // address of the block
	handle uint64 // what the function returned
}

// A shape says where under an ABI a block is, and what the ABI keeps before it.
// lead and whole hold for this project's modules only.
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
	plan(r request) (function string, args []uint64)
	// call makes the call. The error is a *trap, a *ledger.Breach of the ABI, or
	// says what else went wrong.
	call(in *instance, r request) (answer, error)
	shape(r request) shape
	// kept judges what the ABI stores beside a live block.
	kept(in *instance, handle uint64) error
}

// newAdapter returns the adapter of the contract's ABI, which is one set only.
func newAdapter(c contract.Contract) adapter {
	forms := formsOf(c)
	switch c.ABI {
	case contract.C:
		return &cAdapter{forms, uint64(c.MinAlign)}
	case contract.CosmWasmABI:
		return &cosmwasmAdapter{forms, uint64(c.MinAlign), map[uint64]region{}}
	case contract.ProxyWasm:
		// Hosts write words of up to 8 bytes.
		return &plainAdapter{forms: forms, fixed: max(uint64(c.MinAlign), 8)}
	case contract.CABI, contract.WasmBindgen:
		return &plainAdapter{forms: forms, least: uint64(c.MinAlign), atAlign: true}
	}
	return &plainAdapter{forms: forms, least: uint64(c.MinAlign), fixed: uint64(c.FixedAlign)}
}

// A form is how one operation is called.
type form struct {
	function string
	operands string // in the order of the function's parameters
}

// tables has the forms of each ABI, except where C's depend on the request.
var tables = map[contract.ABI]map[script.Op]form{
	contract.Core: {
		script.OpAlloc:       {"alloc", "size align"},
		script.OpAllocZeroed: {"alloc_zeroed", "size align"},
		script.OpRealloc:     {"realloc", "handle old align size"},
		script.OpFree:        {"dealloc", "handle old align"},
	},
	contract.C: {
		script.OpAlloc:       {"malloc", "size"},
		script.OpAllocZeroed: {"calloc", "count each"},
		script.OpRealloc:     {"realloc", "handle size"},
		script.OpFree:        {"free", "handle"},
		script.OpMemalign:    {"posix_memalign", "slot align size"},
		script.OpUsable:      {"malloc_usable_size", "handle"},
	},
	contract.CABI: {
		script.OpAlloc:   {"cabi_realloc", "null null align size"},
		script.OpRealloc: {"cabi_realloc", "handle old align size"},
	},
	contract.WasmBindgen: {
		script.OpAlloc:   {"__wbindgen_malloc", "size align"},
		script.OpRealloc: {"__wbindgen_realloc", "handle old size align"},
		script.OpFree:    {"__wbindgen_free", "handle old align"},
	},
	contract.CosmWasmABI: {
		script.OpAlloc: {"allocate", "size"},
		script.OpFree:  {"deallocate", "handle"},
	},
	contract.ProxyWasm: {
		script.OpAlloc: {"proxy_on_memory_allocate", "size"},
	},
}

// forms are those of the functions that the contract has.
type forms struct {
	of    map[script.Op]form
	fixed bool // without align parameters
}

func formsOf(c contract.Contract) forms {
	f := forms{map[script.Op]form{}, c.FixedAlign != 0}
	for op, form := range tables[c.ABI] {
		if c.Has(form.function) {
			f.of[op] = form
		}
	}
	if c.ABI == contract.C && c.Has("aligned_alloc") {
		f.of[opAligned] = form{"aligned_alloc", "align size"}
	}
	return f
}

func (f forms) has(op script.Op) bool {
	_, ok := f.of[op]
	return ok
}

func (f forms) plan(r request) (string, []uint64) {
	form := f.of[r.op]
	var args []uint64
	for _, o := range strings.Fields(form.operands) {
		if o != "align" || !f.fixed {
			args = append(args, r.operand(o))
		}
	}
	return form.function, args
}

func (r request) operand(name string) uint64 {
	switch name {
	case "handle":
		return r.handle
	case "old":
		return r.old
	case "align":
		return r.align
	case "size":
		return r.size
	case "count":
		count, _ := r.factors()
		return count
	case "each":
		_, each := r.factors()
		return each
	case "slot":
		return slot
	}
	return 0 // null
}

// plainAdapter speaks the ABIs whose functions differ from core's in name and
// order of parameters alone.
type plainAdapter struct {
	forms
	least   uint64 // alignment of every block, in bytes
	fixed   uint64 // the one alignment, where functions are not told; 0 for none
	atAlign bool   // a block of size 0 is at the address that equals its alignment
}

func (a *plainAdapter) call(in *instance, r request) (answer, error) {
	ptr, err := in.call(a.plan(r))
	return answer{ptr, ptr}, err
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

func (a *plainAdapter) kept(*instance, uint64) error { return nil }

// describe returns a call with its values, as the module saw it.
func describe(c contract.Contract, a adapter, r request) string {
	function, args := a.plan(r)
	var list []string
	for _, f := range c.Signatures() {
		if f.Name != function {
			continue
		}
		for i, p := range f.Params {
			format := "%s %d"
			switch p.Name {
			case "ptr", "old_ptr", "region", "out":
				format = "%s %#x"
			}
			list = append(list, fmt.Sprintf(format, p.Name, args[i]))
		}
	}
	return function + "(" + strings.Join(list, ", ") + ")"
}
