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

// instrument rewrites the body of f, a basic block at a time. It fails for an
// instruction that has no price and names its offset in the file.
func (c *counter) instrument(f *wasm.Func) error {
	var out []wasm.Instr
	first, ink := 0, uint64(inkHeader) // of the block: its instructions' prices, those per byte not included
	for i, in := range f.Body {
		if c.counted {
			price, err := InkOf(c.m, in)
			if err != nil {
				return fmt.Errorf("offset 0x%x: %w", in.Offset, err)
			}
			ink += price
		}
		if !slices.Contains(blockEnds, in.Op) {
			continue
		}
		out = append(out, add(c.steps, int64(i+1-first))...)
		if c.counted {
			out = append(out, add(c.ink, int64(ink))...)
		}
		for _, in := range f.Body[first : i+1] {
			if c.counted && (in.Op == wasm.OpMemoryFill || in.Op == wasm.OpMemoryCopy) {
				out = append(out, c.perByte()...)
			}
			out = append(out, in)
		}
		first, ink = i+1, inkHeader
	}
	f.Body = out
	return nil
}

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
