// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/wasm"
)

// inkExport and stepsExport are the names under which the counters are
// exported, prolonged where a module already uses them.
const (
	inkExport   = "genalloc.ink"
	stepsExport = "genalloc.instructions"
)

// Ink returns module with instructions added that count ink, and the name of
// the exported mutable i64 global that holds the count. The difference of the
// global around a call is the call's ink. Where a trap cuts a basic block short,
// the whole block is counted, as it is on chain.
//
// A module that Stylus does not allow because of an instruction or of the kind
// of its memory is an error; it names function and offset. Custom sections are
// dropped, since what they say about code offsets would no longer hold.
func Ink(module []byte) (instrumented []byte, global string, err error) {
	instrumented, names, err := instrument(module, true)
	return instrumented, names.ink, err
}

// counters names the exported globals of an instrumented module.
type counters struct {
	ink   string // empty where ink is not counted
	steps string // instructions executed
}

// instrument returns module with instructions added that count how many of its
// own are executed, and ink if asked to.
func instrument(module []byte, ink bool) ([]byte, counters, error) {
	m, err := wasm.Decode(module)
	if err != nil {
		return nil, counters{}, err
	}
	if ink {
		if err := checkMemories(m); err != nil {
			return nil, counters{}, err
		}
	}
	first := uint32(m.NumImported(wasm.KindGlobal) + len(m.Globals))
	c := counter{m: m, steps: first, counted: ink, ink: first + 1, scratch: first + 2}
	imported := m.NumImported(wasm.KindFunc)
	for i := range m.Funcs {
		if err := c.instrument(&m.Funcs[i]); err != nil {
			return nil, counters{}, fmt.Errorf("func[%d] %w", imported+i, err)
		}
	}
	names := counters{steps: c.export(stepsExport, c.steps)}
	m.Globals = append(m.Globals, variable(wasm.I64, wasm.I64Const(0)))
	if ink {
		names.ink = c.export(inkExport, c.ink)
		m.Globals = append(m.Globals, variable(wasm.I64, wasm.I64Const(0)), variable(wasm.I32, wasm.I32Const(0)))
	}
	m.Customs = nil
	instrumented, err := m.Encode()
	return instrumented, names, err
}

// checkMemories refuses memories whose instructions look alike but are others
// than Stylus prices.
func checkMemories(m *wasm.Module) error {
	for i := uint32(0); ; i++ {
		l, err := m.Memory(i)
		switch {
		case err != nil:
			return nil
		case i > 0:
			return fmt.Errorf("memory[%d]: a second memory is not allowed on stylus", i)
		case l.Is64:
			return fmt.Errorf("memory[%d]: a 64-bit memory is not allowed on stylus", i)
		case l.Shared:
			return fmt.Errorf("memory[%d]: a shared memory is not allowed on stylus", i)
		}
	}
}

// export exports a global under name or, where that is taken, under it with
// quotes behind.
func (c *counter) export(name string, global uint32) string {
	for {
		if _, taken := c.m.Export(name); !taken {
			c.m.Exports = append(c.m.Exports, wasm.Export{Name: name, Kind: wasm.KindGlobal, Index: global})
			return name
		}
		name += "'"
	}
}

func variable(t wasm.ValType, init wasm.Instr) wasm.Global {
	return wasm.Global{
		Type: wasm.GlobalType{Type: t, Mutable: true},
		Init: []wasm.Instr{init, wasm.End()},
	}
}

// counter adds to the globals steps and, where ink is counted, ink; scratch
// holds a length for a moment.
type counter struct {
	m                   *wasm.Module
	counted             bool // ink is
	steps, ink, scratch uint32
}

// instrument rewrites the body of f.
func (c *counter) instrument(f *wasm.Func) error {
	price := InkOf
	if !c.counted {
		price = free
	}
	blocks, err := split(c.m, f, price)
	if err != nil {
		return err
	}
	var out []wasm.Instr
	for _, b := range blocks {
		out = append(out, add(c.steps, int64(b.end-b.first))...)
		if c.counted {
			out = append(out, add(c.ink, int64(b.price))...)
		}
		for _, in := range f.Body[b.first:b.end] {
			if c.counted && (in.Op == wasm.OpMemoryFill || in.Op == wasm.OpMemoryCopy) {
				out = append(out, c.perByte()...)
			}
			out = append(out, in)
		}
	}
	f.Body = out
	return nil
}

// free is the price of an instruction where ink is not counted.
func free(*wasm.Module, wasm.Instr) (uint64, error) { return 0, nil }

// add adds n to a global.
func add(global uint32, n int64) []wasm.Instr {
	return []wasm.Instr{get(global), wasm.I64Const(n), {Op: wasm.OpI64Add}, set(global)}
}

// perByte pays for the length on top of the stack and leaves it there.
func (c *counter) perByte() []wasm.Instr {
	return []wasm.Instr{
		set(c.scratch),
		get(c.ink), get(c.scratch), {Op: wasm.OpI64ExtendI32U},
		wasm.I64Const(inkPerByte), {Op: wasm.OpI64Mul}, {Op: wasm.OpI64Add}, set(c.ink),
		get(c.scratch),
	}
}

func get(global uint32) wasm.Instr { return wasm.Instr{Op: wasm.OpGlobalGet, Index: global} }
func set(global uint32) wasm.Instr { return wasm.Instr{Op: wasm.OpGlobalSet, Index: global} }

// block is a basic block: the instructions first to end-1 of a body, and the price
// of running them once, header included and prices per byte not.
type block struct {
	first, end int
	price      uint64
}

// split splits the body of f into basic blocks. It fails for an instruction that
// has no price and names its offset in the file.
func split(m *wasm.Module, f *wasm.Func, price func(*wasm.Module, wasm.Instr) (uint64, error)) ([]block, error) {
	var blocks []block
	b := block{price: inkHeader}
	for i, in := range f.Body {
		ink, err := price(m, in)
		if err != nil {
			return nil, fmt.Errorf("offset 0x%x: %w", in.Offset, err)
		}
		b.price += ink
		if slices.Contains(blockEnds, in.Op) {
			b.end = i + 1
			blocks = append(blocks, b)
			b = block{first: i + 1, price: inkHeader}
		}
	}
	return blocks, nil
}
