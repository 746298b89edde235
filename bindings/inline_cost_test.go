// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/cost"
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
	fmt.Fprintln(&page, "\n| ink of a program in Rust | called | inlined |\n|---|---:|---:|")
	for _, flags := range []string{"", "--strategy=lists"} {
		meterPrograms(t, flags, &page)
	}
	holdPage(t, page.Bytes())
}

// meterPrograms meters collections of Rust. A map costs less by 15 % of what its allocation
// takes at the least; but finding a key's place takes far more. A vector calls its
// allocator so seldom that there is nothing to gain.
func meterPrograms(t *testing.T, flags string, page *bytes.Buffer) {
	t.Helper()
	const pushes, inserts = 100_000, 10_000
	counted := bind(t, strings.TrimSpace("--stats "+flags), "genalloc.o", bindings.Rust)
	called := bind(t, flags, "genalloc.o", bindings.Rust)
	inline, _ := bindInline(t, flags, bindings.Rust)
	siteRust(t, counted, "--cfg", "counted")
	siteRust(t, inline)
	s := measureSite(t, called, siteRust)

	before, after := ink(t, called, "pushes", pushes), ink(t, inline, "pushes", pushes)
	if after > before+before/10_000 {
		t.Errorf("%q: pushes cost %d ink, and %d called", flags, after, before)
	}
	writeProgram(page, flags, fmt.Sprintf("`Vec`, %s pushes", unit.Grouped(pushes)), before, after)

	before, after = ink(t, called, "inserts", inserts), ink(t, inline, "inserts", inserts)
	allocation := calls(t, counted, "inserts", inserts) / 2 * (s.alloc + s.pair) // at the most
	if before < after || (before-after)*100 < allocation*15 {
		t.Errorf("%q: inserts cost %d ink, and %d called: want 15 %% of %d less", flags, after, before, allocation)
	}
	writeProgram(page, flags, fmt.Sprintf("`BTreeMap`, %s inserts", unit.Grouped(inserts)), before, after)
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

func writeProgram(page *bytes.Buffer, flags, name string, called, inlined uint64) {
	fmt.Fprintf(page, "| %s, %s | %s | %s |\n", name, flagsName(flags), unit.Grouped(called), unit.Grouped(inlined))
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
