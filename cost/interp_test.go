// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"github.com/genalloc/genalloc/wasm"
)

// machine is a slow and plain interpreter of integer code. It exists to know
// the path an execution takes without asking the instrumented module: visited
// lists every instruction in the order of execution, by function.
type machine struct {
	m       *wasm.Module
	globals []uint64
	memory  []byte
	stack   []uint64
	visited map[uint32][]int
	bytes   uint64 // filled and copied
}

func newMachine(m *wasm.Module) *machine {
	v := &machine{m: m, visited: make(map[uint32][]int), memory: make([]byte, m.Memories[0].Min*wasm.PageSize)}
	for _, g := range m.Globals {
		v.globals = append(v.globals, uint64(g.Init[0].Value))
	}
	return v
}

// ink prices the path walked so far.
func (v *machine) ink() (uint64, error) {
	total := v.bytes * inkPerByte
	for i, path := range v.visited {
		f, err := v.m.Func(i)
		if err != nil {
			return 0, err
		}
		for _, at := range path {
			ink, err := InkOf(v.m, f.Body[at])
			if err != nil {
				return 0, err
			}
			total += ink
			if slices.Contains(blockEnds, f.Body[at].Op) {
				total += InkPerBlock
			}
		}
	}
	return total, nil
}

// steps is the number of instructions walked so far.
func (v *machine) steps() uint64 {
	var n uint64
	for _, path := range v.visited {
		n += uint64(len(path))
	}
	return n
}

func (v *machine) push(x uint64)   { v.stack = append(v.stack, x) }
func (v *machine) push32(x uint32) { v.push(uint64(x)) }
func (v *machine) pop32() uint32   { return uint32(v.pop()) }
func (v *machine) pushBool(b bool) { v.push(map[bool]uint64{true: 1}[b]) }
func (v *machine) pop() uint64 {
	x := v.stack[len(v.stack)-1]
	v.stack = v.stack[:len(v.stack)-1]
	return x
}

// label is a block that is being executed.
type label struct {
	target int // where a branch to it continues
	height int // of the stack below its operands
	arity  int // values that a branch carries
	loop   bool
}

// call runs function i, whose parameters are on the stack.
func (v *machine) call(i uint32) {
	f, _ := v.m.Func(i)
	sig, _ := v.m.FuncType(i)
	n := len(sig.Params)
	locals := append([]uint64(nil), v.stack[len(v.stack)-n:]...)
	v.stack = v.stack[:len(v.stack)-n]
	for _, l := range f.Locals {
		locals = append(locals, make([]uint64, l.Count)...)
	}
	spans, err := wasm.Spans(f.Body)
	if err != nil {
		panic(err)
	}
	labels := []label{{target: len(f.Body), height: len(v.stack), arity: len(sig.Results)}}
	enter := func(next, params, results int, loop bool) {
		l := label{target: next, height: len(v.stack) - params, arity: results, loop: loop}
		if loop {
			l.arity = params
		}
		labels = append(labels, l)
	}
	var pc int
	branch := func(depth uint32) {
		l := labels[len(labels)-1-int(depth)]
		copy(v.stack[l.height:], v.stack[len(v.stack)-l.arity:])
		v.stack = v.stack[:l.height+l.arity]
		labels = labels[:len(labels)-1-int(depth)]
		if l.loop {
			labels = append(labels, l)
		}
		pc = l.target
	}
	for len(labels) > 0 && pc < len(f.Body) {
		in := f.Body[pc]
		v.visited[i] = append(v.visited[i], pc)
		at := pc
		pc++
		switch in.Op {
		case wasm.OpBlock, wasm.OpLoop, wasm.OpIf:
			sig, _ := v.m.BlockSignature(in.Block)
			next := spans[at].End + 1
			if in.Op == wasm.OpLoop {
				next = at + 1
			}
			if in.Op == wasm.OpIf && v.pop32() == 0 {
				if spans[at].Else < 0 {
					pc = next
					continue
				}
				pc = spans[at].Else + 1
			}
			enter(next, len(sig.Params), len(sig.Results), in.Op == wasm.OpLoop)
		case wasm.OpElse, wasm.OpEnd:
			// A then-branch ends with its else: it goes on behind the end.
			if in.Op == wasm.OpElse {
				pc = labels[len(labels)-1].target
			}
			labels = labels[:len(labels)-1]
		case wasm.OpBr:
			branch(in.Index)
		case wasm.OpBrIf:
			if v.pop32() != 0 {
				branch(in.Index)
			}
		case wasm.OpBrTable:
			if x := v.pop32(); int(x) < len(in.Labels) {
				branch(in.Labels[x])
			} else {
				branch(in.Index)
			}
		case wasm.OpReturn:
			branch(uint32(len(labels) - 1))
		case wasm.OpCall:
			v.call(in.Index)
		case wasm.OpCallIndirect:
			v.call(v.m.Elements[0].Funcs[v.pop32()])
		case wasm.OpLocalGet:
			v.push(locals[in.Index])
		case wasm.OpLocalSet:
			locals[in.Index] = v.pop()
		case wasm.OpLocalTee:
			locals[in.Index] = v.stack[len(v.stack)-1]
		default:
			v.step(in)
		}
	}
}

// step executes an instruction that neither branches nor touches locals.
func (v *machine) step(in wasm.Instr) {
	switch in.Op {
	case wasm.OpNop:
	case wasm.OpDrop:
		v.pop()
	case wasm.OpSelect:
		c, b, a := v.pop32(), v.pop(), v.pop()
		if c == 0 {
			a = b
		}
		v.push(a)
	case wasm.OpGlobalGet:
		v.push(v.globals[in.Index])
	case wasm.OpGlobalSet:
		v.globals[in.Index] = v.pop()
	case wasm.OpI32Const:
		v.push32(uint32(in.Value))
	case wasm.OpI64Const:
		v.push(uint64(in.Value))
	case wasm.OpMemorySize:
		v.push(uint64(len(v.memory) / wasm.PageSize))
	case wasm.OpMemoryGrow:
		v.grow(v.pop32())
	case wasm.OpMemoryFill:
		n, c, to := v.pop(), v.pop(), v.pop()
		v.bytes += n
		for i := range n {
			v.memory[to+i] = byte(c)
		}
	case wasm.OpMemoryCopy:
		n, from, to := v.pop(), v.pop(), v.pop()
		v.bytes += n
		copy(v.memory[to:to+n], v.memory[from:from+n])
	case wasm.OpI32Load:
		v.push32(binary.LittleEndian.Uint32(v.memory[v.pop()+in.Mem.Offset:]))
	case wasm.OpI64Load:
		v.push(binary.LittleEndian.Uint64(v.memory[v.pop()+in.Mem.Offset:]))
	case wasm.OpI32Store:
		x, at := v.pop32(), v.pop()
		binary.LittleEndian.PutUint32(v.memory[at+in.Mem.Offset:], x)
	case wasm.OpI64Store:
		x, at := v.pop(), v.pop()
		binary.LittleEndian.PutUint64(v.memory[at+in.Mem.Offset:], x)
	case wasm.OpI32WrapI64, wasm.OpI64ExtendI32U:
		v.push32(v.pop32())
	case wasm.OpI32Eqz:
		v.pushBool(v.pop32() == 0)
	case wasm.OpI64Eqz:
		v.pushBool(v.pop() == 0)
	case wasm.OpI32Clz:
		v.push(uint64(bits.LeadingZeros32(v.pop32())))
	case wasm.OpI64Popcnt:
		v.push(uint64(bits.OnesCount64(v.pop())))
	default:
		v.binary(in.Op)
	}
}

func (v *machine) grow(pages uint32) {
	was := uint32(len(v.memory) / wasm.PageSize)
	if uint64(was)+uint64(pages) > v.m.Memories[0].Max {
		v.push32(1<<32 - 1)
		return
	}
	v.memory = append(v.memory, make([]byte, int(pages)*wasm.PageSize)...)
	v.push32(was)
}

func (v *machine) binary(op wasm.Opcode) {
	b, a := v.pop(), v.pop()
	x, y := uint32(a), uint32(b)
	switch op {
	case wasm.OpI32Add:
		v.push32(x + y)
	case wasm.OpI32Sub:
		v.push32(x - y)
	case wasm.OpI32Mul:
		v.push32(x * y)
	case wasm.OpI32And:
		v.push32(x & y)
	case wasm.OpI32Or:
		v.push32(x | y)
	case wasm.OpI32Shl:
		v.push32(x << (y & 31))
	case wasm.OpI32ShrU:
		v.push32(x >> (y & 31))
	case wasm.OpI32Rotl:
		v.push32(bits.RotateLeft32(x, int(y&31)))
	case wasm.OpI32Eq:
		v.pushBool(x == y)
	case wasm.OpI32LtU:
		v.pushBool(x < y)
	case wasm.OpI32GtS:
		v.pushBool(int32(x) > int32(y))
	case wasm.OpI64Add:
		v.push(a + b)
	case wasm.OpI64Sub:
		v.push(a - b)
	case wasm.OpI64Mul:
		v.push(a * b)
	case wasm.OpI64Xor:
		v.push(a ^ b)
	case wasm.OpI64ShrS:
		v.push(uint64(int64(a) >> (b & 63)))
	case wasm.OpI64LtU:
		v.pushBool(a < b)
	default:
		panic(fmt.Sprintf("the interpreter does not know %s", op))
	}
}
