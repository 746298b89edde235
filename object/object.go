// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// Options control how a module becomes an object. The zero value gives strong
// symbols and state in linear memory.
type Options struct {
	Weak   bool // the functions give way to other definitions of their names
	Inline bool // the state has visible symbols, for inlined code: see contract.StrategyRow.State
	State  State
}

// State says where an object keeps the variables that are globals in the module.
type State uint8

const (
	// StateData keeps them in linear memory: instances that share the memory
	// share the state.
	StateData State = iota
	// StateGlobal keeps them in globals, which are cheaper to access where
	// instructions are metered. Each instance has its own.
	StateGlobal
)

// stateNames are the states as --state takes them.
var stateNames = [...]string{StateData: "data", StateGlobal: "global"}

// String returns the state as --state takes it.
func (s State) String() string { return word(stateNames[:], uint32(s)) }

// MarshalText is String.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText accepts data and global.
func (s *State) UnmarshalText(b []byte) error {
	i := slices.Index(stateNames[:], string(b))
	if i < 0 {
		return fmt.Errorf("%q is not one of %s", b, strings.Join(stateNames[:], ", "))
	}
	*s = State(i)
	return nil
}

// linearMemory is the import that stands for the memory in an object
// (Linking.md, as every LLVM object has it).
var linearMemory = wasm.Import{Module: "env", Name: "__linear_memory", Kind: wasm.KindMemory}

// For returns the options as they hold for a contract: threads have their state in globals,
// whatever is said.
func (o Options) For(c contract.Contract) Options {
	if c.Threads {
		o.State = StateGlobal
	}
	return o
}

// Check refuses options that contradict each other or the contract.
func (o Options) Check(c contract.Contract) error {
	if o.Inline {
		if err := c.CheckInline(); err != nil {
			return err
		}
	}
	switch {
	case !o.Inline:
		return nil
	case o.Weak:
		return &contract.FlagError{Flag: "inline", Err: errors.New("--weak may put other functions beside this object's state: drop either")}
	case o.State == StateGlobal:
		return &contract.FlagError{Flag: "inline", Err: errors.New("no language reads the globals of --state global: drop either, and see wasm-opt in docs/inline.md")}
	}
	return nil
}

// FromModule returns the module as a relocatable object. The same arguments give
// the same bytes. Names in the module's name section become names of local symbols.
// The contract's text is left out, since the linker would copy it into the program
// and join it with the text of other objects.
//
// It refuses a contract whose heap base is not the linker's, and a module with a
// start function, tables, segments, a shared memory without threads, or imported globals
// other than the addresses that wasm-ld defines.
func FromModule(module []byte, c contract.Contract, opts Options) ([]byte, error) {
	if !c.HeapBase.Linker {
		return nil, fmt.Errorf("no object can be made: the contract's heap base is %s, which is for the linker to decide: settle the order with contract.LinkerBase", c.HeapBase)
	}
	if err := opts.Check(c); err != nil {
		return nil, err
	}
	m, err := wasm.Decode(module)
	if err != nil {
		return nil, err
	}
	if err := check(m, c); err != nil {
		return nil, fmt.Errorf("no object can be made: %w", err)
	}
	opts = opts.For(c)
	b := &builder{
		m: m, width: widthOf(m), opts: opts, shared: c.Strategy.Row().State, zeros: zerosOf(c), aliases: aliases(c), names: readNames(m), features: features(m, c.Threads),
		addresses: map[uint32]uint32{}, state: map[uint32]uint32{}, functions: map[uint32]uint32{},
		fixups: map[position]fixup{},
	}
	if err := b.define(); err != nil {
		return nil, fmt.Errorf("no object can be made: %w", err)
	}
	for i := range m.Funcs {
		if err := b.body(i); err != nil {
			return nil, fmt.Errorf("no object can be made: func[%d]: %w", m.NumImported(wasm.KindFunc)+i, err)
		}
	}
	b.strip()
	m.Customs = nil
	return b.encode()
}

// aliases lists the second symbols of functions that keep their own names. wasi-libc
// calls malloc by its alias: without that symbol the linker would add wasi-libc's
// dlmalloc.o, which defines malloc again.
func aliases(c contract.Contract) map[string]string {
	list := map[string]string{}
	for _, f := range c.Signatures() {
		if f.Export == f.Name {
			list[f.Export] = f.Alias
		}
	}
	return list
}

// check refuses modules that cannot become an object.
func check(m *wasm.Module, c contract.Contract) error {
	switch {
	case m.Start != nil:
		return fmt.Errorf("start section: a linked program has its own start: drop it")
	case len(m.Tables) > 0 || len(m.Elements) > 0:
		return fmt.Errorf("table section: tables are not supported")
	case len(m.Data) > 0:
		return fmt.Errorf("data section: data segments are not supported")
	case len(m.Memories)+m.NumImported(wasm.KindMemory) > 1:
		return fmt.Errorf("memory section: the linker makes one memory, and the module has several")
	}
	if l, err := m.Memory(0); err == nil && l.Shared && !c.Threads {
		return fmt.Errorf("memory: a shared memory without --threads is not supported")
	}
	for _, im := range m.Imports {
		if im.Kind == wasm.KindTable {
			return fmt.Errorf("import %q %q: tables are not supported", im.Module, im.Name)
		}
	}
	for _, e := range m.Exports {
		if e.Kind != wasm.KindFunc && e.Kind != wasm.KindMemory {
			return fmt.Errorf("export %q: only functions can become symbols, this is a %s", e.Name, e.Kind)
		}
	}
	return nil
}

// A builder rewrites a module into an object's. Indices are those of the module
// as it was decoded until strip, which shifts the globals.
type builder struct {
	m        *wasm.Module
	width    width
	opts     Options
	shared   []string          // symbols that are visible, with Inline
	aliases  map[string]string // export name to a second symbol of the function
	names    names
	features []string

	symbols   []Symbol
	addresses map[uint32]uint32 // symbol of an imported global
	state     map[uint32]uint32 // symbol of a global of the module's own
	functions map[uint32]uint32 // symbol by which the module itself calls a function
	zeros     zeros
	biased    uint32 // the symbol of the heads
	segment   []byte // the initial state, with StateData
	align     uint32 // of the segment, log2 of bytes
	fixups    map[position]fixup
	data      []Relocation // offsets in segment
}

// A position is an instruction of the rewritten code.
type position struct{ fn, instr int }

// A fixup is a relocation whose offset is not known yet.
type fixup struct {
	typ    RelocType
	symbol uint32
	addend int64
}

// zeros is the data that an allocator keeps beside its state, 0 at the start: the heads of lists, or the
// stacks on which threads give each other blocks, or the word in which they count the pages at the start.
type zeros struct {
	name string
	size uint32 // bytes
	bias uint32 // bytes by which the module counts from below it
	log2 uint32 // of the alignment
}

func zerosOf(c contract.Contract) zeros {
	switch name := c.LinkerZeros(); name {
	case contract.LinkerTaken:
		return zeros{name: name, size: 4, log2: 2}
	case contract.LinkerStacks:
		return zeros{name, c.StacksSize(), 8 * c.FirstHead(), 3}
	case contract.LinkerHeads:
		return zeros{name, c.HeadsSize(), c.PointerSize() * c.FirstHead(), uint32(bits.Len32(c.PointerSize()) - 1)}
	}
	return zeros{}
}

// add appends a symbol and returns its index.
func (b *builder) add(s Symbol) uint32 {
	b.symbols = append(b.symbols, s)
	return uint32(len(b.symbols) - 1)
}

// strip removes what the symbols now stand for.
func (b *builder) strip() {
	m := b.m
	hadMemory := len(m.Memories)+m.NumImported(wasm.KindMemory) > 0
	m.Imports = slices.DeleteFunc(m.Imports, func(im wasm.Import) bool { return im.Kind != wasm.KindFunc })
	if hadMemory {
		memory := linearMemory
		memory.Memory.Is64 = b.width.is64
		m.Imports = slices.Insert(m.Imports, 0, memory)
	}
	m.Memories, m.Exports = nil, nil
	if b.opts.State == StateData {
		m.Globals = nil
	}
	for _, bytes := range [][]byte{make([]byte, b.zeros.size), b.segment} {
		if len(bytes) > 0 {
			m.Data = append(m.Data, wasm.Data{Offset: []wasm.Instr{b.width.address(0), wasm.End()}, Init: bytes})
		}
	}
}

// encode writes the module, and after it the sections for the linker.
func (b *builder) encode() ([]byte, error) {
	file, sites, err := b.m.EncodePadded(func(fn, instr int) bool {
		_, ok := b.fixups[position{fn, instr}]
		return ok
	})
	if err != nil {
		return nil, err
	}
	var code []Relocation
	for _, s := range sites {
		f := b.fixups[position{s.Func, s.Instr}]
		code = append(code, Relocation{Type: f.typ, Offset: uint32(s.Offset), Symbol: f.symbol, Addend: f.addend})
	}
	sections, _ := wasm.Sections(file) // it was just encoded
	var segments []Segment
	if b.zeros.size > 0 {
		segments = append(segments, Segment{Name: zerosName, Align: b.zeros.log2})
	}
	if len(b.segment) > 0 {
		segments = append(segments, Segment{Name: segmentName, Align: b.align})
		// Relocations count from the section's payload. The bytes of its last segment
		// are its end.
		data := sections[sectionIndex(sections, wasm.SectionData)]
		for i := range b.data {
			b.data[i].Offset += uint32(data.Size - len(b.segment))
		}
	}
	file = appendCustom(file, sectionLinking, appendLinking(nil, b.symbols, segments))
	file = appendRelocations(file, sections, wasm.SectionCode, code)
	file = appendRelocations(file, sections, wasm.SectionData, b.data)
	return appendCustom(file, sectionFeatures, appendFeatures(nil, b.features)), nil
}
