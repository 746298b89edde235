// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// DefaultMemoryImport is where an imported memory comes from unless said.
const DefaultMemoryImport = "env.memory"

// Settle gives each parameter that nobody named its default, lists the functions in
// the ABI's order and refuses what contradicts itself. The error is a [*FlagError]
// that names the flags and the way out.
func (o Order) Settle() (Contract, error) {
	c := Contract{Order: o.filled()}
	for _, check := range []func(*Contract) error{
		checkFields, checkABI, checkFunctions, checkExports, checkMemoryName, checkTarget, checkHeapBase, checkBlocks, checkMemory64, checkThreads, checkOnGrow, checkStrategy, checkLists, checkStats, checkDebug,
	} {
		if err := check(&c); err != nil {
			return Contract{}, err
		}
	}
	c.functions = c.signatures()
	return c, nil
}

// filled returns the order with every default but that of Functions, which stays nil,
// and that of the heap base in an imported memory, which has none.
func (o Order) filled() Order {
	if o.HeapBase.Linker { // which makes the memory too
		o.Memory, o.MemoryName = ImportMemory, LinkerMemory
	}
	fill(&o.ABI, defaults.ABI)
	fill(&o.Target, defaults.Target)
	fill(&o.Strategy, defaults.Strategy)
	o.fillThreads()
	fill(&o.Memory, defaults.Memory)
	fill(&o.InitialPages, defaults.InitialPages)
	fill(&o.Grow, defaults.Grow)
	if !o.Strategy.Row().Generated && o.ABI.Includes(C) {
		fill(&o.MinAlign, CAlign) // where this project's modules keep a header of that size
	}
	fill(&o.MinAlign, defaults.MinAlign)
	fill(&o.OOM, defaults.OOM)
	fill(&o.Optimize, defaults.Optimize)
	if o.Strategy == Lists {
		fill(&o.Classes, defaultClasses)
		fill(&o.MaxBlock, o.mostListed())
	}
	if o.Memory == ImportMemory {
		fill(&o.MemoryName, DefaultMemoryImport)
	} else {
		fill(&o.HeapBase, defaults.HeapBase)
	}
	fill(&o.MemoryName, defaults.MemoryName)
	return o
}

// fill gives a parameter its default unless somebody named a value.
func fill[T comparable](field *T, value T) {
	var unsaid T
	if *field == unsaid {
		*field = value
	}
}

func refuse(flag, format string, args ...any) error {
	return &FlagError{flag, fmt.Errorf(format, args...)}
}

// checkFields refuses values that no flag could have given: a Go program sets
// fields past the flags. What is accepted can be written down and read back.
func checkFields(c *Contract) error {
	var back Order
	for _, f := range Flags {
		if unset := f.Name == "max-pages" && c.MaxPages == 0 || f.Name == "fixed-align" && c.FixedAlign == 0 ||
			f.Name == "classes" && c.Classes == 0 || f.Name == "chunk" && c.Chunk == 0 || f.Name == "max-block" && c.MaxBlock == 0 || f.Name == "heap-base" && c.HeapBase == (HeapBase{}); unset {
			continue
		}
		for _, value := range f.get(&c.Order) {
			if err := f.Set(&back, value); err != nil {
				return &FlagError{f.Name, err}
			}
		}
	}
	if back.HeapBase != c.HeapBase {
		return refuse("heap-base", "module %q and name %q cannot be written as MODULE.NAME: a name has no dot", c.HeapBase.Module, c.HeapBase.Name)
	}
	c.ABI = back.ABI
	return nil
}

// checkABI refuses sets of functions that cannot be in one module, or not there.
func checkABI(c *Contract) error {
	from := map[string]ABI{}
	for _, f := range c.ABI.Functions() {
		if other, ok := from[f.Name]; ok {
			return refuse("abi", "%s and %s both have a function %s: choose one of them", other, f.ABI, f.Name)
		}
		from[f.Name] = f.ABI
	}
	if makers, _ := c.ABI.Split(); len(makers) == 0 {
		return refuse("abi", "%s has no function that allocates: say --abi %s,%[1]s", c.ABI, Core)
	}
	if c.ABI.Includes(OPA) && c.ABI != OPA {
		return refuse("abi", "%s: opa's host moves the first free address, and knows of no blocks but opa's: say --abi opa alone", c.ABI)
	}
	if c.ABI.Includes(CosmWasmABI) && c.Target.BulkMemory() {
		return refuse("abi", "cosmwasm contradicts --target %s, whose instructions its hosts refuse: say --target cosmwasm", c.Target)
	}
	if c.FixedAlign != 0 && slices.ContainsFunc(c.ABI.List(), func(a ABI) bool { return a != Core && a != Arena }) {
		return refuse("fixed-align", "%d contradicts --abi %s, whose functions have their own parameters: drop the one or say --abi core", c.FixedAlign, c.ABI)
	}
	return nil
}

// checkFunctions settles which functions are included: those named, all but those
// named with a dash, or all of the ABI's.
func checkFunctions(c *Contract) error {
	known := namesOf(c.ABI.Functions())
	names := c.Functions
	if names == nil {
		names = known
	}
	include, leaveOut := map[string]bool{}, map[string]bool{}
	for _, n := range names {
		set, name := include, n
		if dashed, ok := strings.CutPrefix(n, "-"); ok {
			set, name = leaveOut, dashed
		}
		if !slices.Contains(known, name) {
			return refuse("functions", "%q is not a function of --abi %s: choose from %s%s", name, c.ABI, strings.Join(known, ", "), orABI(name))
		}
		if set[name] {
			return refuse("functions", "%s is named twice: name it once", name)
		}
		set[name] = true
	}
	if len(include) > 0 && len(leaveOut) > 0 {
		return refuse("functions", "%q mixes functions to include with functions to leave out: name the ones or the others", strings.Join(names, ","))
	}
	if len(names) == 0 || len(leaveOut) == len(known) {
		return refuse("functions", "no function is left: include one at least")
	}
	c.Functions = slices.DeleteFunc(slices.Clone(known), func(f string) bool {
		return leaveOut[f] || len(include) > 0 && !include[f]
	})
	var allocating []string
	for _, f := range c.ABI.Functions() {
		if f.Role.Makes() {
			allocating = append(allocating, f.Name)
		}
	}
	if !slices.ContainsFunc(c.Functions, func(f string) bool { return slices.Contains(allocating, f) }) {
		return refuse("functions", "nothing in %s allocates: add one of %s", strings.Join(c.Functions, ","), strings.Join(allocating, ", "))
	}
	return nil
}

func checkExports(c *Contract) error {
	known, taken := namesOf(c.ABI.Functions()), map[string]string{}
	if c.Memory == ExportMemory {
		taken[c.MemoryName] = "the memory (--memory-name)"
	}
	for _, f := range c.watchers() {
		taken[f.Export] = "a function that watches"
	}
	for _, function := range slices.Sorted(maps.Keys(c.Export)) {
		name := c.Export[function]
		if !slices.Contains(known, function) {
			if slices.Contains(known, name) {
				return refuse("export", "%s=%s is the wrong way round: say %[2]s=%[1]s", function, name)
			}
			return refuse("export", "%q is not a function of --abi %s: choose from %s%s", function, c.ABI, strings.Join(known, ", "), orABI(function))
		}
		if !c.Has(function) {
			return refuse("export", "%s is renamed, but --functions leaves it out: drop the one or extend the other", function)
		}
		if err := checkName(name); err != nil {
			return &FlagError{"export", err}
		}
	}
	for _, f := range c.Functions {
		name := c.ExportName(f)
		if c.HeapBase.Linker && slices.Contains(linkerNames, name) {
			return refuse("export", "%s is a symbol of the linker's own: choose another for %s", name, f)
		}
		if other, ok := taken[name]; ok {
			return refuse("export", "%s and %s are both exported as %q: rename one", other, f, name)
		}
		taken[name] = f
	}
	return nil
}

// linkerNames are symbols that wasm-ld defines (tool-conventions, Linking.md and
// DynamicLinking.md).
var linkerNames = []string{
	"__heap_base", "__heap_end", "__data_end", "__global_base", "__stack_pointer", "__stack_low", "__stack_high",
	"__dso_handle", "__memory_base", "__table_base", "__indirect_function_table", "__linear_memory",
	"__wasm_call_ctors", "__wasm_init_memory", "__wasm_init_tls", "__tls_base", "__tls_size", "__tls_align",
}

// checkName refuses what cannot be a name in a module.
func checkName(name string) error {
	if name == "" {
		return errors.New("the name is empty: give it a character at least")
	}
	if !utf8.ValidString(name) {
		return fmt.Errorf("%q is not UTF-8, as names in a module must be", name)
	}
	return nil
}

func checkMemoryName(c *Contract) error {
	if c.Memory == ImportMemory {
		if _, _, err := SplitImport(c.MemoryName); err != nil {
			return refuse("memory-name", "with --memory import, %w", err)
		}
	}
	return nil
}

// checkHeapBase refuses a base that leaves no room in the memory, and limits of that
// which contradict each other.
func checkHeapBase(c *Contract) error {
	switch {
	case c.MaxPages != 0 && c.MaxPages < c.InitialPages:
		return refuse("max-pages", "%d is below --initial-pages %d: raise the one or lower the other", c.MaxPages, c.InitialPages)
	case c.HeapBase.Linker:
		return checkLinker(c)
	case c.HeapBase == (HeapBase{}):
		owner, _, _ := SplitImport(c.MemoryName)
		return refuse("memory", "import needs --heap-base: name an address above the program's data, or import:%s.__heap_base", owner)
	}
	base := uint64(c.HeapBase.Address)
	if c.HeapBase.Imported() {
		if err := checkBaseImport(c); err != nil {
			return err
		}
		base = 1 // the least that a host can give
	}
	bytes := uint64(c.InitialPages) * PageSize
	end := bytes
	if c.CanGrow() {
		end = min(c.PageLimit(), MaxPages64-1) * PageSize
	}
	align := uint64(c.Align())
	first := (base + align - 1) / align * align
	switch {
	case base > bytes:
		return refuse("heap-base", "%d is outside the initial memory of %d bytes: lower it or raise --initial-pages %d", base, bytes, c.InitialPages)
	case first >= end && end == bytes:
		return refuse("heap-base", "%s%s leaves no byte in a memory that never grows: lower it or raise --initial-pages %d", c.HeapBase, aligned(align), c.InitialPages)
	case first >= end:
		return refuse("heap-base", "%s%s leaves no byte in a memory of %d bytes at most: lower it or raise --max-pages %d", c.HeapBase, aligned(align), end, c.PageLimit())
	}
	return nil
}

func checkBaseImport(c *Contract) error {
	for _, name := range []string{c.HeapBase.Module, c.HeapBase.Name} {
		if err := checkName(name); err != nil {
			return &FlagError{"heap-base", err}
		}
	}
	if c.Memory == ImportMemory && c.MemoryName == c.HeapBase.Module+"."+c.HeapBase.Name {
		return refuse("heap-base", "%s is the name of the memory too: a host can give it one meaning only", c.MemoryName)
	}
	return nil
}

// aligned says what a base is rounded up to, where it is.
func aligned(align uint64) string {
	if align == 1 {
		return ""
	}
	return fmt.Sprintf(", aligned to %d,", align)
}

// checkOnGrow refuses a function that nobody would call or supply.
func checkOnGrow(c *Contract) error {
	if c.OnGrow == "" {
		return nil
	}
	_, name, _ := SplitImport(c.OnGrow)
	symbol := func(f string) bool { return c.ExportName(f) == name }
	switch {
	case !c.CanGrow():
		return refuse("on-grow", "%s would never be called, since the memory never grows: drop it, or let the memory grow", c.OnGrow)
	case c.Target == Stylus || c.Target == CosmWasm:
		return refuse("on-grow", "%s contradicts --target %s, whose hosts supply functions of their own only: drop it", c.OnGrow, c.Target)
	case c.Memory == ImportMemory && c.OnGrow == c.MemoryName, c.HeapBase.Imported() && c.OnGrow == c.HeapBase.Module+"."+c.HeapBase.Name:
		return refuse("on-grow", "%s is imported as something else too: a host can give it one meaning only", c.OnGrow)
	case c.HeapBase.Linker && (slices.Contains(linkerNames, name) || slices.ContainsFunc(c.Functions, symbol)):
		return refuse("on-grow", "%s is a symbol of the linker's or of the object's own: choose another name", name)
	}
	return nil
}

// CAlign is the alignment in bytes of every block of the c ABI, and the size of the
// header before it: that of max_align_t (tool-conventions, BasicCABI).
const CAlign = 16

// OPAAlign is the alignment in bytes of every block of the opa ABI, and the size of the
// header before it. OPA's own blocks have no alignment; what it stores is of 8 bytes at most.
const OPAAlign = 8

// checkBlocks refuses what contradicts itself in growth, alignment and clearing.
func checkBlocks(c *Contract) error {
	switch asks := c.Grow.Policy == GrowChunk || c.Grow.Policy == GrowDouble; {
	case asks && c.PageLimit() == uint64(c.InitialPages):
		return refuse("grow", "%s asks for growth, but --max-pages %d equals --initial-pages: raise --max-pages or say --grow never", c.Grow, c.PageLimit())
	case c.FixedAlign != 0 && c.MinAlign != 1:
		return refuse("min-align", "%d contradicts --fixed-align %d, which sets the one alignment: drop either", c.MinAlign, c.FixedAlign)
	case c.ABI.Includes(C) && c.MinAlign > CAlign:
		return refuse("min-align", "%d contradicts --abi c, whose blocks follow a header of %d bytes: call aligned_alloc for more", c.MinAlign, CAlign)
	case c.ABI == OPA && c.MinAlign > OPAAlign:
		return refuse("min-align", "%d contradicts --abi opa, whose blocks follow a header of %d bytes: drop it", c.MinAlign, OPAAlign)
	case c.Dirty && !c.Has("alloc_zeroed") && !c.Has("calloc"):
		return refuse("dirty", "it concerns alloc_zeroed and calloc, which --functions leaves out: drop the one or extend the other")
	}
	return nil
}

// checkMemory64 refuses what has no 64-bit reading, or none yet.
func checkMemory64(c *Contract) error {
	if !c.Memory64 {
		return nil
	}
	for _, abi := range c.ABI.List() {
		if abi != Core && abi != C && abi != Arena {
			return refuse("memory64", "it contradicts --abi %s, whose callers pass 32-bit addresses: say --abi core or c", abi)
		}
	}
	switch {
	case c.Target != Wasm2 && c.Target != Wasm3:
		return refuse("memory64", "it contradicts --target %s, which has 32-bit memories only: drop the one or the other", c.Target)
	case c.Debug != DebugOff:
		return refuse("memory64", "--debug has 32-bit addresses only: drop the one or the other")
	case c.Stats:
		return refuse("memory64", "--stats has 32-bit addresses only: drop the one or the other")
	}
	return nil
}

// checkTarget refuses what a chain's hosts reject: any memory but the contract's own,
// exported as memory, imports other than their functions, and limits. A linked program
// has a memory of its own.
func checkTarget(c *Contract) error {
	own := !c.HeapBase.Linker
	switch {
	case c.Target != Stylus && c.Target != CosmWasm:
		return nil
	case own && c.Memory == ImportMemory:
		return refuse("memory", "import contradicts --target %s, where a contract has its own memory: say --memory export", c.Target)
	case own && c.MemoryName != defaults.MemoryName:
		return refuse("memory-name", "%q contradicts --target %s, whose hosts look for \"memory\": drop it", c.MemoryName, c.Target)
	case own && c.HeapBase.Imported():
		return refuse("heap-base", "an import contradicts --target %s, whose hosts supply functions only: give a number", c.Target)
	case c.Target == CosmWasm && c.MaxPages != 0:
		return refuse("max-pages", "%d contradicts --target cosmwasm, whose hosts refuse a declared maximum: drop it", c.MaxPages)
	case c.Target == CosmWasm && c.InitialPages > CosmWasmMaxPages:
		return refuse("initial-pages", "%d is above the %d pages that --target cosmwasm allows: lower it", c.InitialPages, CosmWasmMaxPages)
	case c.Target == Stylus && c.InitialPages > StylusMaxPages:
		return refuse("initial-pages", "%d is above the %d pages that --target stylus allows: lower it", c.InitialPages, StylusMaxPages)
	case c.Target == Stylus && c.MaxPages > StylusMaxPages:
		return refuse("max-pages", "%d is above the %d pages that --target stylus allows: lower it", c.MaxPages, StylusMaxPages)
	}
	return nil
}

// checkLinker refuses limits of a memory that is the linker's to make.
func checkLinker(c *Contract) error {
	switch {
	case c.InitialPages != defaults.InitialPages:
		return refuse("initial-pages", "%d is for the linker to decide, in bytes: drop it and give wasm-ld --initial-memory=%d", c.InitialPages, uint64(c.InitialPages)*PageSize)
	case c.MaxPages != 0:
		return refuse("max-pages", "%d is for the linker to decide, in bytes: drop it and give wasm-ld --max-memory=%d", c.MaxPages, uint64(c.MaxPages)*PageSize)
	}
	return nil
}
