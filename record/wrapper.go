// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/trace"
	"github.com/genalloc/genalloc/wasm"
)

// kinds are the operations that functions stand for.
var kinds = map[contract.Role]trace.Kind{
	contract.Allocates: trace.Alloc, contract.AllocatesZeroed: trace.Zero, contract.Resizes: trace.Resize, contract.Frees: trace.Free,
	contract.Marks: trace.Mark, contract.Releases: trace.Release, contract.Resets: trace.Reset,
}

// code is the body of a function that is being written.
type code struct {
	r    *rewriter
	body []wasm.Instr
}

func (c *code) add(list ...wasm.Instr) { c.body = append(c.body, list...) }

// A value is code that leaves an i32 on the stack.
type value []wasm.Instr

func constant(v uint32) value { return value{wasm.I32Const(int32(v))} }
func local(i int) value       { return value{{Op: wasm.OpLocalGet, Index: uint32(i)}} }

// binary applies an instruction to two values.
func binary(op wasm.Opcode, a, b value) value {
	return append(append(append(value{}, a...), b...), wasm.Instr{Op: op})
}

// choose is a where the condition is not 0, and b elsewhere.
func choose(condition, a, b value) value {
	v := append(append(value{}, condition...), wasm.Instr{Op: wasm.OpIf, Block: wasm.BlockResult(wasm.I32)})
	v = append(append(v, a...), wasm.Instr{Op: wasm.OpElse})
	return append(append(v, b...), wasm.End())
}

func (c *code) event(kind trace.Kind, operands ...value) {
	c.add(constant(uint32(kind))...)
	for _, v := range operands {
		c.add(v...)
	}
	c.add(wasm.Instr{Op: wasm.OpCall, Index: c.r.imported})
}

// nest adds to the depth of calls.
func (c *code) nest(by int32) {
	c.add(wasm.Instr{Op: wasm.OpGlobalGet, Index: c.r.depth}, wasm.I32Const(by), wasm.Instr{Op: wasm.OpI32Add}, wasm.Instr{Op: wasm.OpGlobalSet, Index: c.r.depth})
}

// outermost begins what is done where no call of the family is around this one and a
// condition holds, and end ends it.
func (c *code) outermost(condition value) {
	outside := value{{Op: wasm.OpGlobalGet, Index: c.r.depth}, {Op: wasm.OpI32Eqz}}
	c.add(choose(outside, condition, constant(0))...)
	c.add(wasm.Instr{Op: wasm.OpIf, Block: wasm.BlockEmpty})
}

func (c *code) end() { c.add(wasm.End()) }

// wrap puts wrappers into the place of the allocator's functions. Those that the module
// defines move behind all others; for those that are imported, and for memory.grow, the
// first indices are reserved.
func (r *rewriter) wrap(found []Found) {
	for _, f := range found {
		if f.Index < r.imported {
			r.add(f.Name, r.wrapper(f.does, r.m.Imported(wasm.KindFunc)[f.Index].Type, f.Index))
		}
	}
	r.add("memory.grow", r.growth())
	for _, f := range found {
		if f.Index >= r.imported {
			place := f.Index - r.imported
			original := r.add(f.Name+" (original)", r.m.Funcs[place])
			r.m.Funcs[place] = r.wrapper(f.does, r.m.Funcs[place].Type, original)
		}
	}
}

// wrapper makes a function that calls one of the allocator and reports what it did.
func (r *rewriter) wrapper(does contract.Function, typ, callee uint32) wasm.Func {
	c := code{r: r}
	c.nest(1)
	for i := range does.Params {
		c.add(local(i)...)
	}
	c.add(wasm.Instr{Op: wasm.OpCall, Index: callee})
	result := constant(0)
	f := wasm.Func{Type: typ}
	if len(does.Results) > 0 {
		f.Locals = []wasm.Local{{Count: 1, Type: wasm.I32}}
		result = local(len(does.Params))
		c.add(wasm.Instr{Op: wasm.OpLocalSet, Index: uint32(len(does.Params))})
	}
	c.nest(-1)
	c.report(does, result)
	if len(does.Results) > 0 {
		c.add(result...)
	}
	c.end()
	f.Body = c.body
	return f
}

// report reports a call that returned.
func (c *code) report(does contract.Function, result value) {
	operand := func(role contract.ParamRole) value {
		if i := does.Param(role); i >= 0 {
			return local(i)
		}
		return constant(0)
	}
	size, align, block := operand(contract.SizeParam), operand(contract.AlignParam), operand(contract.BlockParam)
	if does.Param(contract.CountParam) >= 0 {
		size = binary(wasm.OpI32Mul, size, operand(contract.CountParam))
	}
	if does.Param(log2Param) >= 0 {
		align = binary(wasm.OpI32Shl, constant(1), operand(log2Param))
	}
	condition, address := constant(1), result
	switch does.Result {
	case contract.ErrnoResult:
		load := append(operand(contract.OutParam), wasm.Instr{Op: wasm.OpI32Load, Mem: wasm.MemArg{Align: 2}})
		address = choose(result, constant(0), load)
	case boolResult:
		condition, address = result, block
	case contract.NoResult:
		if address = block; does.Role == contract.Releases {
			address = operand(contract.MarkParam)
		}
	}
	c.outermost(condition)
	c.event(kinds[does.Role], address, size, align, block)
	c.end()
}

// growth makes the function that stands for memory.grow, and reports what is not grown
// for the allocator.
func (r *rewriter) growth() wasm.Func {
	c := code{r: r}
	c.add(local(0)...)
	c.add(wasm.Instr{Op: wasm.OpMemoryGrow}, wasm.Instr{Op: wasm.OpLocalSet, Index: 1})
	c.outermost(binary(wasm.OpI32Ne, local(1), constant(1<<32-1)))
	c.event(trace.Grow, local(1), local(0), constant(0), constant(0))
	c.end()
	c.add(local(1)...)
	c.end()
	i32 := []wasm.ValType{wasm.I32}
	return wasm.Func{Type: r.typeOf(wasm.FuncType{Params: i32, Results: i32}), Locals: []wasm.Local{{Count: 1, Type: wasm.I32}}, Body: c.body}
}
