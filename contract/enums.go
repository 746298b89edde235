// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ABI names a set of functions with their conventions, or several sets, separated
// by commas.
type ABI string

// The ABIs.
const (
	Core        ABI = "core"         // this project's own, in the shape of Rust's GlobalAlloc
	C           ABI = "c"            // malloc and its family, for wasi-libc and bare C
	CABI        ABI = "cabi"         // the Component Model's canonical ABI
	WasmBindgen ABI = "wasm-bindgen" // what wasm-bindgen's JavaScript calls
	CosmWasmABI ABI = "cosmwasm"     // what a CosmWasm host calls
	ProxyWasm   ABI = "proxy-wasm"   // what a proxy-wasm host calls
	OPA         ABI = "opa"          // what the C part of Open Policy Agent's policies calls
	Arena       ABI = "arena"        // marks, beside functions that allocate
)

// ABIs lists every ABI.
var ABIs = []ABI{Core, C, CABI, WasmBindgen, CosmWasmABI, ProxyWasm, OPA, Arena}

// List splits the sets.
func (a ABI) List() []ABI {
	var list []ABI
	for _, name := range strings.Split(string(a), ",") {
		list = append(list, ABI(name))
	}
	return list
}

// Includes reports whether b is one of the sets.
func (a ABI) Includes(b ABI) bool { return slices.Contains(a.List(), b) }

// Split tells the sets that make blocks from those that stand beside any of them.
func (a ABI) Split() (makers, beside []ABI) {
	for _, abi := range a.List() {
		if slices.ContainsFunc(abi.Functions(), func(f Function) bool { return f.Role.Makes() }) {
			makers = append(makers, abi)
		} else {
			beside = append(beside, abi)
		}
	}
	return makers, beside
}

// UnmarshalText accepts known ABIs, each once, and puts them in the order of ABIs.
func (a *ABI) UnmarshalText(b []byte) error {
	var list []ABI
	for _, name := range strings.Split(string(b), ",") {
		var one ABI
		if err := OneOf(&one, name, ABIs...); err != nil {
			return err
		}
		if slices.Contains(list, one) {
			return fmt.Errorf("%s is named twice: name it once", one)
		}
		list = append(list, one)
	}
	var names []string
	for _, known := range ABIs {
		if slices.Contains(list, known) {
			names = append(names, string(known))
		}
	}
	*a = ABI(strings.Join(names, ","))
	return nil
}

// Target says which instructions and module shapes are allowed.
type Target string

// The targets, from the least to the most that an engine allows, then chains.
const (
	Wasm2    Target = "wasm2"    // WebAssembly 2.0: bulk memory, sign extension
	MVP      Target = "mvp"      // WebAssembly 1.0: no bulk memory
	Stylus   Target = "stylus"   // Arbitrum Stylus contracts
	CosmWasm Target = "cosmwasm" // CosmWasm contracts: 1.0 and sign extension
	Wasm3    Target = "wasm3"    // WebAssembly 3.0
)

// BulkMemory reports whether memory.copy and memory.fill are allowed.
func (t Target) BulkMemory() bool { return t != MVP && t != CosmWasm }

// StylusMaxPages is the most pages a Stylus contract's memory may have
// (Nitro's page limit, arbos/programs: initialPageLimit = 128).
const StylusMaxPages = 128

// CosmWasmMaxPages is the most pages that a CosmWasm contract's memory may have at the
// start (cosmwasm-vm, compatibility.rs), and that chains let it have at all: 32 MiB.
const CosmWasmMaxPages = 512

// MemoryMode says who owns the memory.
type MemoryMode string

// The module defines and exports its memory, or imports somebody else's.
const (
	ExportMemory MemoryMode = "export"
	ImportMemory MemoryMode = "import"
)

// OOM says what a request does that cannot be met.
type OOM string

// Return the null address, or execute unreachable.
const (
	OOMNull OOM = "null"
	OOMTrap OOM = "trap"
)

// Optimize says what the code is written for.
type Optimize string

// The goals: the common path cheap and the rest small; every path cheap in
// metered engines; the module small.
const (
	Balanced Optimize = "balanced"
	Gas      Optimize = "gas"
	Size     Optimize = "size"
)

// OneOf sets *p to the text if it is one of the allowed values.
func OneOf[T ~string](p *T, text string, allowed ...T) error {
	if !slices.Contains(allowed, T(text)) {
		list := strings.Trim(fmt.Sprint(allowed), "[]")
		return fmt.Errorf("%q is not one of %s", text, strings.ReplaceAll(list, " ", ", "))
	}
	*p = T(text)
	return nil
}

// Policy says by how much the memory grows.
type Policy string

// The growth policies. Where a larger growth than needed is refused, the exact
// need is asked for.
const (
	GrowExact  Policy = "exact"  // the pages that the block needs
	GrowChunk  Policy = "chunk"  // that, rounded up to a multiple of Chunk pages
	GrowDouble Policy = "double" // that, or as much as there is, whichever is more
	GrowNever  Policy = "never"  // memory.grow is not called
)

// Grow is a growth policy with its parameter.
type Grow struct {
	Policy Policy
	Chunk  uint32 // pages, for GrowChunk
}

// String returns the policy as --grow takes it.
func (g Grow) String() string {
	if g.Policy == GrowChunk {
		return fmt.Sprintf("chunk=%d", g.Chunk)
	}
	return string(g.Policy)
}

// UnmarshalText accepts exact, double, never and chunk=N with N from 1 to 65535 pages.
func (g *Grow) UnmarshalText(b []byte) error {
	text := string(b)
	if n, ok := strings.CutPrefix(text, "chunk="); ok {
		pages, err := number(n)
		if err != nil || pages == 0 || pages >= MaxPages {
			return fmt.Errorf("chunk=%s is not a number of pages from 1 to %d", n, MaxPages-1)
		}
		*g = Grow{Policy: GrowChunk, Chunk: uint32(pages)}
		return nil
	}
	switch Policy(text) {
	case GrowExact, GrowDouble, GrowNever:
		*g = Grow{Policy: Policy(text)}
		return nil
	}
	return fmt.Errorf("%q is not one of exact, chunk=N, double, never", text)
}

// HeapBase is the lowest address that may be handed out: a number, or an
// immutable i32 global imported from Module under Name.
type HeapBase struct {
	Address      uint32 // bytes; meaningless where the base is imported
	Module, Name string
	Linker       bool // the linker decides it: see LinkerBase
}

// LinkerBase is the heap base of relocatable objects. Where the heap begins is
// known to the linker alone, and so is where the initial memory ends: the
// symbols __heap_base and __heap_end, which a module gets as globals. So it gets the
// address of libc's errno, if it sets it: see Contract.SetsErrno.
var LinkerBase = HeapBase{Module: LinkerModule, Name: "__heap_base", Linker: true}

// What the linker supplies is imported from one module (tool-conventions,
// Linking.md).
const (
	LinkerModule = "env"
	LinkerMemory = "env.__linear_memory"
	LinkerEnd    = "__heap_end"      // 0 where the linker does not know it: LLD before 15.0.7
	LinkerHeads  = "genalloc.heads"  // the object's own data: see HeadsSize
	LinkerTaken  = "genalloc.taken"  // the object's own data: a word that counts the initial pages taken; see SharesStart
	LinkerStacks = "genalloc.stacks" // the object's own data: see StacksSize
	LinkerErrno  = "errno"           // 0 where no libc is linked, or none that keeps it in a variable
)

// Imported reports whether the base is an imported global.
func (h HeapBase) Imported() bool { return h.Module != "" || h.Name != "" }

// String returns the base as --heap-base takes it.
func (h HeapBase) String() string {
	if h.Linker {
		return "linker"
	}
	if h.Imported() {
		return "import:" + h.Module + "." + h.Name
	}
	return strconv.FormatUint(uint64(h.Address), 10)
}

// UnmarshalText accepts an address in bytes, decimal or 0x hexadecimal,
// import:MODULE.NAME, or linker.
func (h *HeapBase) UnmarshalText(b []byte) error {
	text := string(b)
	if text == "linker" {
		*h = LinkerBase
		return nil
	}
	if imp, ok := strings.CutPrefix(text, "import:"); ok {
		module, name, err := SplitImport(imp)
		if err != nil {
			return fmt.Errorf("%q is not MODULE.NAME, such as env.__heap_base", imp)
		}
		*h = HeapBase{Module: module, Name: name}
		return nil
	}
	n, err := number(text)
	if err == nil && n == 0 {
		return errors.New("0 is the null address: start at 1 or above")
	}
	if err != nil || n >= 1<<32 {
		return fmt.Errorf("%q is neither an address below 2^32 nor import:MODULE.NAME", text)
	}
	*h = HeapBase{Address: uint32(n)}
	return nil
}

// SplitImport splits MODULE.NAME at its last dot, since module names such as
// ./memory.js have dots of their own.
func SplitImport(s string) (module, name string, err error) {
	i := strings.LastIndexByte(s, '.')
	if i <= 0 || i == len(s)-1 {
		return "", "", fmt.Errorf("%q is not MODULE.NAME, such as env.memory", s)
	}
	return s[:i], s[i+1:], nil
}
