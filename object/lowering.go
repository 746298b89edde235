// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import (
	"fmt"

	"github.com/genalloc/genalloc/wasm"
)

// body rewrites a function so that each value that the linker decides is an
// immediate, and notes the relocation of each.
func (b *builder) body(fn int) error {
	f := &b.m.Funcs[fn]
	stores, err := b.stores(f)
	if err != nil {
		return err
	}
	var out []wasm.Instr
	// fix appends an instruction with a relocation.
	fix := func(in wasm.Instr, typ RelocType, symbol uint32) {
		f := fixup{typ: typ, symbol: symbol}
		if b.zeros.size > 0 && symbol == b.biased {
			f.addend = -int64(b.zeros.bias)
		}
		b.fixups[position{fn, len(out)}] = f
		out = append(out, in)
	}
	for i, in := range f.Body {
		if stores[i] {
			out = append(out, b.width.address(0))
		}
		switch in.Op {
		case wasm.OpCall, wasm.OpReturnCall:
			fix(in, RelocFunctionIndexLEB, b.function(in.Index))
		case wasm.OpGlobalGet, wasm.OpGlobalSet:
			if symbol, ok := b.addresses[in.Index]; ok {
				fix(b.width.address(0), b.width.sleb, symbol)
				continue
			}
			symbol, ok := b.state[in.Index]
			switch {
			case !ok:
				return fmt.Errorf("there is no global %d", in.Index)
			case b.opts.State == StateGlobal:
				in.Index = b.symbols[symbol].Index
				fix(in, RelocGlobalIndexLEB, symbol)
			default:
				if in.Op == wasm.OpGlobalGet {
					out = append(out, b.width.address(0))
				}
				fix(b.access(in), b.width.leb, symbol)
			}
		default:
			out = append(out, in)
		}
	}
	f.Body = out
	return nil
}

// access returns the load or store that takes the place of an access to a
// global. Its address is 0, and the linker adds the variable's as the offset.
func (b *builder) access(in wasm.Instr) wasm.Instr {
	g, _ := b.m.Global(in.Index) // state holds globals of the module only
	op := wasm.OpI32Load
	switch {
	case g.Type == wasm.I64 && in.Op == wasm.OpGlobalGet:
		op = wasm.OpI64Load
	case g.Type == wasm.I64:
		op = wasm.OpI64Store
	case in.Op == wasm.OpGlobalSet:
		op = wasm.OpI32Store
	}
	return wasm.Instr{Op: op, Mem: wasm.MemArg{Align: uint32(op.Info().Align)}}
}

// stores marks the instructions that the address of a store has to precede. A store
// takes the address below the value; a global.set takes the value alone.
func (b *builder) stores(f *wasm.Func) (map[int]bool, error) {
	if b.opts.State == StateGlobal {
		return nil, nil
	}
	spans, err := wasm.Spans(f.Body)
	if err != nil {
		return nil, err
	}
	begins := map[int]int{} // by the index of the end that closes the block
	for begin, span := range spans {
		begins[span.End] = begin
	}
	at := map[int]bool{}
	for i, in := range f.Body {
		if in.Op == wasm.OpGlobalSet {
			begin, err := b.operand(f, begins, i)
			if err != nil {
				return nil, err
			}
			at[begin] = true
		}
	}
	return at, nil
}

// operand returns the index of the first instruction of the expression whose value
// instruction i takes from the stack. It walks back, over blocks as a whole, until
// the instructions leave one value.
func (b *builder) operand(f *wasm.Func, begins map[int]int, i int) (int, error) {
	missing := 1
	for at := i - 1; at >= 0; at-- {
		if begin, ok := begins[at]; ok {
			at = begin
		}
		takes, leaves, ok := b.effect(f, f.Body[at])
		if !ok || leaves > missing {
			return 0, fmt.Errorf("instruction %d: global.set takes its value from %s: state cannot be moved to memory there", i, f.Body[at])
		}
		missing += takes - leaves
		if missing == 0 {
			return at, nil
		}
	}
	return 0, fmt.Errorf("instruction %d: global.set has nothing to take", i)
}

// effect returns how many values an instruction takes from the stack and leaves
// there. It does not know instructions that end a body.
func (b *builder) effect(f *wasm.Func, in wasm.Instr) (takes, leaves int, ok bool) {
	switch in.Op {
	case wasm.OpDrop, wasm.OpBrIf: // what br_if hands to its label stays here as well
		return 1, 0, true
	case wasm.OpSelect:
		return 3, 1, true
	}
	sig, ok := b.m.Signature(f, in)
	return len(sig.Params), len(sig.Results), ok
}
