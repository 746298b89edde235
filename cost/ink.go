// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/wasm"
)

// A tally is something that an instrumented module counts, a basic block at a time.
type tally struct {
	name    string // of the exported global; prolonged where a module already uses it
	entry   uint64 // for each call of a function
	block   uint64 // for each basic block
	perByte uint64 // for each byte of memory.fill and memory.copy
	of      func(*wasm.Module, wasm.Instr) (uint64, error)
}

// What a module can be made to count.
var (
	inkTally   = tally{name: "genalloc.ink", block: InkPerBlock, perByte: inkPerByte, of: InkOf}
	stepsTally = tally{name: "genalloc.instructions", of: func(*wasm.Module, wasm.Instr) (uint64, error) { return 1, nil }}
	fuelTally  = tally{name: "genalloc.fuel", entry: 1, of: FuelOf}
	cosmTally  = tally{name: "genalloc.cosmwasm", of: cosmWasmOf}
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
	instrumented, names, err := instrument(module, all, inkTally)
	if err != nil {
		return nil, "", err
	}
	return instrumented, names[0], nil
}

// Counters are the names of the globals of an instrumented module: exported, mutable
// and of type i64, as that of [Ink].
type Counters struct {
	Ink      string // empty where Stylus does not allow the module
	Fuel     string // what wasmtime would burn
	CosmWasm string // the gas of CosmWasm's virtual machine
}

// Usual are the names that the globals have, unless the module uses them itself.
var Usual = Counters{Ink: inkTally.name, Fuel: fuelTally.name, CosmWasm: cosmTally.name}

// Count returns module with instructions added that count several things at once. Work
// that calls the module a million times is metered in one run this way, and no host
// stands between caller and module.
func Count(module []byte) (instrumented []byte, names Counters, err error) {
	return CountIn(module, all)
}

// CountIn does what [Count] does for the functions with those indices alone: for an
// allocator in a program, say. The program may have what Stylus does not allow elsewhere.
func CountIn(module []byte, functions func(index uint32) bool) (instrumented []byte, names Counters, err error) {
	list := []tally{fuelTally, cosmTally, inkTally}
	instrumented, globals, err := instrument(module, functions, list...)
	if err != nil {
		instrumented, globals, err = instrument(module, functions, list[:2]...)
	}
	if err != nil {
		return nil, names, err
	}
	names = Counters{Fuel: globals[0], CosmWasm: globals[1]}
	if len(globals) == len(list) {
		names.Ink = globals[2]
	}
	return instrumented, names, nil
}

func all(uint32) bool { return true }

// instrument returns module with instructions added that count, and the globals' names.
func instrument(module []byte, functions func(index uint32) bool, tallies ...tally) (instrumented []byte, globals []string, err error) {
	m, err := wasm.Decode(module)
	if err != nil {
		return nil, nil, err
	}
	first := uint32(m.NumImported(wasm.KindGlobal) + len(m.Globals))
	c := counter{m: m, tallies: tallies, first: first, scratch: first + uint32(len(tallies))}
	if slices.ContainsFunc(tallies, func(t tally) bool { return t.name == inkTally.name }) {
		if err := checkMemories(m); err != nil {
			return nil, nil, err
		}
	}
	imported := m.NumImported(wasm.KindFunc)
	for i := range m.Funcs {
		if !functions(uint32(imported + i)) {
			continue
		}
		if err := c.instrument(&m.Funcs[i]); err != nil {
			return nil, nil, fmt.Errorf("func[%d] %w", imported+i, err)
		}
	}
	for i, t := range tallies {
		globals = append(globals, c.export(t.name, first+uint32(i)))
		m.Globals = append(m.Globals, variable(wasm.I64, wasm.I64Const(0)))
	}
	m.Globals = append(m.Globals, variable(wasm.I32, wasm.I32Const(0)))
	m.Customs = nil
	instrumented, err = m.Encode()
	return instrumented, globals, err
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

// counter adds to a global for each tally, from first on; scratch holds a length for a
// moment.
type counter struct {
	m              *wasm.Module
	tallies        []tally
	first, scratch uint32
}

// instrument rewrites the body of f, a basic block at a time. It fails for an
// instruction that has no price and names its offset in the file.
func (c *counter) instrument(f *wasm.Func) error {
	var out []wasm.Instr
	first := 0 // of the block
	for i, in := range f.Body {
		if !slices.Contains(blockEnds, in.Op) {
			continue
		}
		block := f.Body[first : i+1]
		for n, t := range c.tallies {
			total := t.block
			if first == 0 {
				total += t.entry // nothing branches to the first block
			}
			for _, in := range block {
				price, err := t.of(c.m, in)
				if err != nil {
					return fmt.Errorf("offset 0x%x: %w", in.Offset, err)
				}
				total += price
			}
			if total > 0 {
				out = append(out, add(c.first+uint32(n), int64(total))...)
			}
		}
		for _, in := range block {
			if in.Op == wasm.OpMemoryFill || in.Op == wasm.OpMemoryCopy {
				out = append(out, c.payBytes()...)
			}
			out = append(out, in)
		}
		first = i + 1
	}
	f.Body = out
	return nil
}

// add adds n to a global.
func add(global uint32, n int64) []wasm.Instr {
	return []wasm.Instr{get(global), wasm.I64Const(n), {Op: wasm.OpI64Add}, set(global)}
}

// payBytes pays for the length on top of the stack and leaves it there.
func (c *counter) payBytes() (out []wasm.Instr) {
	for n, t := range c.tallies {
		if t.perByte == 0 {
			continue
		}
		global := c.first + uint32(n)
		out = append(out, set(c.scratch),
			get(global), get(c.scratch), wasm.Instr{Op: wasm.OpI64ExtendI32U},
			wasm.I64Const(int64(t.perByte)), wasm.Instr{Op: wasm.OpI64Mul}, wasm.Instr{Op: wasm.OpI64Add}, set(global),
			get(c.scratch))
	}
	return out
}

func get(global uint32) wasm.Instr { return wasm.Instr{Op: wasm.OpGlobalGet, Index: global} }
func set(global uint32) wasm.Instr { return wasm.Instr{Op: wasm.OpGlobalSet, Index: global} }
