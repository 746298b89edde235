// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/readme"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

var update = flag.Bool("update", false, "write the figures into docs/inline.md")

// A site is what is at a call site of known size and alignment, in ink, the loop around it
// taken off: an allocation, and an allocation with a store into the block and its free.
type site struct {
	alloc, pair uint64
	bytes       uint64 // of the code of the function with the allocation
}

func (s site) within(bar site) bool { return s.alloc <= bar.alloc && s.pair <= bar.pair }

// siteBars hold inlined code, and what wasm-opt makes of calls.
var siteBars = []struct {
	flags              string
	inlined, optimized site
}{
	{"", site{alloc: 5_500, pair: 6_500}, site{alloc: 7_000, pair: 8_000}},
	{"--strategy=stack", site{alloc: 5_500, pair: 18_500}, site{alloc: 7_000, pair: 22_000}},
	{"--strategy=lists", site{alloc: 17_000, pair: 12_500}, site{alloc: 13_000, pair: 12_500}},
}

// TestInlineCost meters call sites and programs with inlined code, and holds the figures
// of docs/inline.md.
func TestInlineCost(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld", toolchain.Rust)
	toolchain.Node(t, "wasm-opt")
	var page bytes.Buffer
	fmt.Fprintln(&page, "| ink at the call site | `alloc(16, 8)` called | inlined | by wasm-opt | with a store and `dealloc`, called | inlined | by wasm-opt | bytes that `alloc` adds |")
	fmt.Fprintln(&page, "|---|---:|---:|---:|---:|---:|---:|---:|")
	for _, tt := range siteBars {
		called := bind(t, tt.flags, "genalloc.o", bindings.C, bindings.Rust)
		inline, _ := bindInline(t, tt.flags, bindings.C, bindings.Rust)
		c, rust := measureSite(t, inline, siteC), measureSite(t, inline, siteRust)
		if !c.within(tt.inlined) || !rust.within(site{alloc: c.alloc * 11 / 10, pair: c.pair * 11 / 10}) {
			t.Errorf("%q: %v ink in C and %v in Rust, want %v at most, and in Rust a tenth more", tt.flags, c, rust, tt.inlined)
		}
		writeSite(&page, tt.flags, "Rust", measureSite(t, called, siteRust), rust, site{})
		before := measureSite(t, called, siteC)
		allocator(t, called, tt.flags, object.Options{State: object.StateGlobal})
		optimized := measureSite(t, called, siteOptimized)
		if !optimized.within(tt.optimized) {
			t.Errorf("%q: %v ink by wasm-opt, want %v at most", tt.flags, optimized, tt.optimized)
		}
		writeSite(&page, tt.flags, "C", before, c, optimized)
	}
	fmt.Fprintln(&page, "\n| ink of a program in Rust | called | inlined | allocation, called | saved of that |\n|---|---:|---:|---:|---:|")
	for _, flags := range []string{"", "--strategy=lists"} {
		meterPrograms(t, flags, &page)
	}
	holdPage(t, page.Bytes())
}

// meterPrograms meters collections of Rust, and what their allocation takes of it: the
// allocator's functions, and each call of one with the block behind it. Inlined code saves
// 15 % of that at the least; but under lists a vector grows by calls only.
func meterPrograms(t *testing.T, flags string, page *bytes.Buffer) {
	t.Helper()
	counted := bind(t, strings.TrimSpace("--stats "+flags), "genalloc.o", bindings.Rust)
	called := bind(t, flags, "genalloc.o", bindings.Rust)
	inline, _ := bindInline(t, flags, bindings.Rust)
	siteRust(t, counted, "--cfg", "counted")
	siteRust(t, called)
	siteRust(t, inline)
	for _, p := range []struct {
		name, function string
		n              uint64
		least          uint64 // % that inlined code saves of what the allocation takes
	}{
		{"`Vec`, %s pushes", "pushes", 100_000, map[string]uint64{"": 15}[flags]},
		{"`BTreeMap`, %s inserts", "inserts", 10_000, map[string]uint64{"": 200, "--strategy=lists": 40}[flags]},
	} {
		before, after := ink(t, called, p.function, p.n), ink(t, inline, p.function, p.n)
		call, err := cost.InkOf(nil, wasm.Instr{Op: wasm.OpCall})
		if err != nil {
			t.Fatal(err)
		}
		allocation := allocatorInk(t, called, p.function, p.n) + calls(t, counted, p.function, p.n)*(call+cost.InkPerBlock)
		if before < after || (before-after)*100 < allocation*p.least {
			t.Errorf("%q: %s cost %d ink, and %d called: want %d %% of %d less", flags, p.function, after, before, p.least, allocation)
		}
		fmt.Fprintf(page, "| %s, %s | %s | %s | %s | %.0f %% |\n", fmt.Sprintf(p.name, unit.Grouped(p.n)), flagsName(flags),
			unit.Grouped(before), unit.Grouped(after), unit.Grouped(allocation), 100*float64(before-after)/float64(allocation))
	}
}

// allocatorInk is the ink of the object's functions in a function of use.wasm.
func allocatorInk(t *testing.T, dir, function string, n uint64) uint64 {
	t.Helper()
	program := read(t, filepath.Join(dir, "use.wasm"))
	m, err := wasm.Decode(program)
	if err != nil {
		t.Fatal(err)
	}
	info, err := object.Inspect(read(t, filepath.Join(dir, "genalloc.o")))
	if err != nil {
		t.Fatal(err)
	}
	own := map[uint32]bool{}
	for _, f := range m.Names(wasm.KindFunc) {
		own[f.Index] = slices.ContainsFunc(info.Symbols, func(s object.Symbol) bool {
			return s.Kind == object.SymbolFunction && s.Name == f.Name
		})
	}
	file, names, err := cost.CountIn(program, func(i uint32) bool { return own[i] })
	if err != nil {
		t.Fatal(err)
	}
	store := engine.NewWasmtime().NewStore()
	defer store.Close()
	store.Refuel(1 << 40)
	x, err := engine.Instantiate(store, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := uint64(0)
	for _, arg := range []uint64{1, n} { // the first call is no part of it
		before = x.Global(names.Ink).Get()
		if _, err := x.Call(function, arg); err != nil {
			t.Fatal(err)
		}
	}
	if ink := x.Global(names.Ink).Get() - before; ink != 0 {
		return ink
	}
	t.Fatalf("%s does not call the allocator", function)
	return 0
}

// holdPage compares the figures with those of the page, which are those of the compilers
// that it names.
func holdPage(t *testing.T, figures []byte) {
	t.Helper()
	path := filepath.Join(toolchain.Root(t), "docs", "inline.md")
	old := read(t, path)
	for tool, version := range map[string]string{"clang": "clang version 14.0.6", toolchain.Rust: "rustc 1.63.0"} {
		if !strings.Contains(toolchain.Run(t, ".", tool, "--version"), version) {
			toolchain.Missing(t, "%s is another release than %s, whose figures the page has", tool, version)
		}
	}
	page, err := readme.Splice(old, "inline", figures)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, page, 0o666); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(page, old) {
		t.Errorf("docs/inline.md has other figures than\n%s\nwrite these with go test ./bindings -run TestInlineCost -update", figures)
	}
}

func writeSite(page *bytes.Buffer, flags, language string, called, inlined, optimized site) {
	cell := func(n uint64) string {
		if n == 0 {
			return ""
		}
		return unit.Grouped(n)
	}
	fmt.Fprintf(page, "| %s, %s | %s | %s | %s | %s | %s | %s | %d |\n", flagsName(flags), language,
		cell(called.alloc), cell(inlined.alloc), cell(optimized.alloc), cell(called.pair), cell(inlined.pair), cell(optimized.pair), inlined.bytes-called.bytes)
}

func flagsName(flags string) string {
	if flags == "" {
		return "the default"
	}
	return "`" + strings.ReplaceAll(flags, "=", " ") + "`"
}

// siteC compiles without the driver's link, which may run wasm-opt.
func siteC(t *testing.T, dir string, args ...string) {
	t.Helper()
	toolchain.Run(t, dir, "clang", append([]string{"--target=wasm32", "-O2", "-I.", "-c", "-o", "site.o", source(t, "site.c")}, args...)...)
	toolchain.Run(t, dir, "wasm-ld", "--no-entry", "-o", "use.wasm", "site.o", "genalloc.o")
}

// siteOptimized lets wasm-opt inline.
func siteOptimized(t *testing.T, dir string, args ...string) {
	t.Helper()
	siteC(t, dir, args...)
	wasmOpt(t, dir)
}

// siteRust compiles with link-time optimization, without which an allocation goes through
// functions of the compiler's own. A loop that is unrolled could not be taken off.
func siteRust(t *testing.T, dir string, args ...string) {
	t.Helper()
	rust(t, dir, "site.rs", append([]string{"-C", "link-arg=genalloc.o", "-C", "lto=fat", "-C", "codegen-units=1", "-C", "llvm-args=-unroll-runtime=false"}, args...)...)
}

// measureSite compiles and meters call sites.
func measureSite(t *testing.T, dir string, compile func(*testing.T, string, ...string)) site {
	t.Helper()
	const n = 1000
	compile(t, dir)
	empty := ink(t, dir, "empty", n)
	return site{
		alloc: (ink(t, dir, "allocs", n) - empty) / n,
		pair:  (ink(t, dir, "pairs", n) - empty) / n,
		bytes: codeSize(t, dir, "allocs"),
	}
}

// codeSize returns the bytes of the code of a function of use.wasm.
func codeSize(t *testing.T, dir, function string) uint64 {
	t.Helper()
	m, err := wasm.Decode(read(t, filepath.Join(dir, "use.wasm")))
	if err != nil {
		t.Fatal(err)
	}
	index, _, err := m.ExportedFunc(function)
	if err != nil {
		t.Fatal(err)
	}
	f, err := m.Func(index)
	if err != nil {
		t.Fatal(err)
	}
	return uint64(f.Size)
}

// ink returns the ink of a function of use.wasm, which the allocator's first request is
// no part of.
func ink(t *testing.T, dir, function string, n uint64) uint64 {
	t.Helper()
	m := meter(t, dir)
	if _, _, err := m.Call(function, 1); err != nil {
		t.Fatal(err)
	}
	_, c, err := m.Call(function, n)
	if err != nil {
		t.Fatal(err)
	}
	return c.Ink
}

// calls returns how many calls the allocator gets in a function of use.wasm.
func calls(t *testing.T, dir, function string, n uint64) uint64 {
	t.Helper()
	m := meter(t, dir)
	if _, _, err := m.Call(function, n); err != nil {
		t.Fatal(err)
	}
	results, _, err := m.Call("calls")
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

func meter(t *testing.T, dir string) *cost.Meter {
	t.Helper()
	m, err := cost.New(read(t, filepath.Join(dir, "use.wasm")), cost.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}
