// SPDX-License-Identifier: MIT OR Apache-2.0

package object_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/validate"
	"github.com/genalloc/genalloc/wasm"
)

var states = map[string]object.Options{
	"data":   {State: object.StateData},
	"global": {State: object.StateGlobal},
}

// ways are the ways in which a build system may link a program with the allocator.
var ways = map[string]func(t *testing.T, dir, ld, app, alloc string){
	"app first":   func(t *testing.T, dir, ld, app, alloc string) { link(t, dir, ld, app, alloc) },
	"app last":    func(t *testing.T, dir, ld, app, alloc string) { link(t, dir, ld, alloc, app) },
	"no gc":       func(t *testing.T, dir, ld, app, alloc string) { link(t, dir, ld, "--no-gc-sections", app, alloc) },
	"stack first": func(t *testing.T, dir, ld, app, alloc string) { link(t, dir, ld, "--stack-first", app, alloc) },
	"compress": func(t *testing.T, dir, ld, app, alloc string) {
		link(t, dir, ld, "--compress-relocations", "--strip-debug", "-O2", app, alloc)
	},
	"strip":         func(t *testing.T, dir, ld, app, alloc string) { link(t, dir, ld, "--strip-all", app, alloc) },
	"relinked once": func(t *testing.T, dir, ld, app, alloc string) { relink(t, dir, ld, app, alloc) },
	"relinked alone": func(t *testing.T, dir, ld, app, alloc string) {
		toolchain.Run(t, dir, ld, "-r", "-o", "again.o", alloc)
		link(t, dir, ld, "again.o", app)
	},
	"archive": func(t *testing.T, dir, ld, app, alloc string) {
		archive(t, dir, alloc)
		link(t, dir, ld, app, "liballoc.a")
	},
	"archive first": func(t *testing.T, dir, ld, app, alloc string) {
		archive(t, dir, alloc)
		link(t, dir, ld, "liballoc.a", app)
	},
	"library": func(t *testing.T, dir, ld, app, alloc string) {
		archive(t, dir, alloc)
		link(t, dir, ld, app, "-L.", "-lalloc")
	},
}

// TestLink links C programs with the allocator in every way, and runs them.
func TestLink(t *testing.T) {
	for state, opts := range states {
		t.Run(state, func(t *testing.T) {
			eachLinker(t, func(t *testing.T, ld string) {
				dir := t.TempDir()
				for _, tt := range []struct{ flags, file string }{
					{"", "app.c"},
					{"--strategy=stack", "app.c"},
					{"--abi=core,arena", "arena.c"},
					{"--abi=core,arena --strategy=stack --grow=double", "arena.c"},
				} {
					app := compile(t, dir, tt.file)
					alloc := allocator(t, dir, strings.TrimSpace("--heap-base=linker "+tt.flags), opts)
					for way, build := range ways {
						t.Run(tt.flags+" "+way, func(t *testing.T) {
							build(t, dir, ld, app, alloc)
							program := load(t, dir, "app.wasm")
							if line := call(t, instantiate(t, program), "run"); line != 0 {
								t.Errorf("%s:%d does not hold", tt.file, line)
							}
							exportsOnly(t, program, "memory", "run")
						})
					}
				}
			})
		})
	}
}

func link(t *testing.T, dir, ld string, args ...string) {
	t.Helper()
	toolchain.Run(t, dir, ld, append([]string{"--no-entry", "--export=run", "-o", "app.wasm"}, args...)...)
}

func relink(t *testing.T, dir, ld, app, alloc string) {
	t.Helper()
	toolchain.Run(t, dir, ld, "-r", "-o", "both.o", app, alloc)
	link(t, dir, ld, "both.o")
}

func archive(t *testing.T, dir, alloc string) {
	t.Helper()
	a, err := object.Archive(alloc, load(t, dir, alloc))
	if err != nil {
		t.Fatal(err)
	}
	save(t, dir, "liballoc.a", a)
}

// exportsOnly fails the test if a program exports anything else.
func exportsOnly(t *testing.T, program []byte, want ...string) {
	t.Helper()
	m, err := wasm.Decode(program)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range m.Exports {
		got = append(got, e.Name)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the program exports %q, want %q", got, want)
	}
}

// TestExportDynamic: the functions are hidden, so that a program which exports
// everything else does not export its allocator, unless it asks by name.
func TestExportDynamic(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		dir := t.TempDir()
		app, alloc := compile(t, dir, "app.c"), allocator(t, dir, "--heap-base=linker", object.Options{})
		link(t, dir, ld, "--export-dynamic", app, alloc)
		exportsOnly(t, load(t, dir, "app.wasm"), "memory", "run")
		link(t, dir, ld, "--export=dealloc", app, alloc)
		exportsOnly(t, load(t, dir, "app.wasm"), "dealloc", "memory", "run")
	})
}

// TestGarbage: of what the program does not call, nothing stays.
func TestGarbage(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		dir := t.TempDir()
		alloc := allocator(t, dir, "--heap-base=linker", object.Options{})
		toolchain.Run(t, dir, ld, "--no-entry", "--export=dealloc", "-o", "app.wasm", alloc)
		m, err := wasm.Decode(load(t, dir, "app.wasm"))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Funcs) != 1 || len(m.Data) != 0 {
			t.Errorf("%d functions and %d data segments are left, want 1 and 0", len(m.Funcs), len(m.Data))
		}
	})
}

// TestShared: an allocator without atomics must not get into a threaded program.
func TestShared(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		dir := t.TempDir()
		app, alloc := compile(t, dir, "app.c", "-matomics", "-mbulk-memory"), allocator(t, dir, "--heap-base=linker", object.Options{})
		out, err := run(dir, ld, "--no-entry", "--export=run", "--shared-memory", "--max-memory=1048576", "-o", "app.wasm", app, alloc)
		if err == nil || !strings.Contains(out, "--shared-memory is disallowed by alloc.o") {
			t.Errorf("error %v, want a refusal of alloc.o\n%s", err, out)
		}
	})
}

// TestWeak: a program's own definition wins over a weak one, and clashes with a
// strong one. What the allocator calls itself stays the allocator's.
func TestWeak(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		dir := t.TempDir()
		for _, tt := range []struct{ file, flags, symbol string }{
			{"own.c", "--heap-base=linker", "alloc"},
			{"mark.c", "--heap-base=linker --abi=core,arena", "genalloc_mark"},
		} {
			app := compile(t, dir, tt.file)
			for _, order := range [][]string{{app, "alloc.o"}, {"alloc.o", app}} {
				args := append([]string{"--no-entry", "--export=own", "-o", "own.wasm"}, order...)
				allocator(t, dir, tt.flags, object.Options{Weak: true})
				toolchain.Run(t, dir, ld, args...)
				if got := call(t, instantiate(t, load(t, dir, "own.wasm")), "own"); got != 0 {
					t.Errorf("%v: own returns %d", order, got)
				}
				allocator(t, dir, tt.flags, object.Options{})
				if out, err := run(dir, ld, args...); err == nil || !strings.Contains(out, "duplicate symbol: "+tt.symbol) {
					t.Errorf("%v: error %v, want a duplicate symbol\n%s", order, err, out)
				}
			}
		}
	})
}

// TestInitialMemory: where the linker says how much memory there is at the
// start, it is used before any is grown; where it does not, blocks that leave
// the base's page lie behind it, as if it were somebody else's.
func TestInitialMemory(t *testing.T) {
	const pages, block = 20, 10 * wasm.PageSize
	want := map[string]uint64{"wasm-ld-14": pages + block/wasm.PageSize, "wasm-ld-19": pages}
	eachLinker(t, func(t *testing.T, ld string) {
		dir := t.TempDir()
		alloc := allocator(t, dir, "--heap-base=linker", object.Options{})
		toolchain.Run(t, dir, ld, "--no-entry", "--export=alloc", fmt.Sprint("--initial-memory=", pages*wasm.PageSize), "-o", "app.wasm", alloc)
		m := instantiate(t, load(t, dir, "app.wasm"))
		if call(t, m, "alloc", block, 1) == 0 {
			t.Fatal("a block of 10 pages cannot be had")
		}
		if got := uint64(m.Memory().Size()) / wasm.PageSize; got != want[ld] {
			t.Errorf("the memory has %d pages, want %d", got, want[ld])
		}
	})
}

// TestHostImport: an import that a host insists on survives the linker, although
// nothing calls it.
func TestHostImport(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		dir := t.TempDir()
		app := compile(t, dir, "app.c")
		link(t, dir, ld, app, allocator(t, dir, "--target=stylus --heap-base=linker", object.Options{State: object.StateGlobal}))
		m, err := wasm.Decode(load(t, dir, "app.wasm"))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Imports) != 1 || m.Imports[0].Module != contract.StylusModule || m.Imports[0].Name != contract.StylusPayFunc {
			t.Errorf("the program imports %+v, want only %s.%s", m.Imports, contract.StylusModule, contract.StylusPayFunc)
		}
	})
}

// TestOnGrow: a program that defines the function of --on-grow is told of growth, and
// one that does not imports it.
func TestOnGrow(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		for _, strategy := range contract.StrategyNames() {
			if !strategy.Row().Generated {
				continue
			}
			dir := t.TempDir()
			alloc := allocator(t, dir, "--heap-base=linker --on-grow=host.grown --strategy="+string(strategy), object.Options{})
			link(t, dir, ld, compile(t, dir, "grown.c", "-DTOLD"), alloc)
			if n := call(t, instantiate(t, load(t, dir, "app.wasm")), "run"); n != 1 {
				t.Errorf("%s: the program is told of %d growths, want 1", strategy, n)
			}
			link(t, dir, ld, compile(t, dir, "grown.c"), alloc)
			m, err := wasm.Decode(load(t, dir, "app.wasm"))
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Imports) != 1 || m.Imports[0].Module != "host" || m.Imports[0].Name != "grown" {
				t.Errorf("%s: the program imports %+v, want only host.grown", strategy, m.Imports)
			}
		}
	})
}

// TestJudge gives the judge an allocator that has been through the linker: the
// promise still holds where the linker has chosen the base.
func TestJudge(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		for _, flags := range []string{
			"", "--target=mvp --oom=trap --grow=chunk=4 --min-align=16",
			"--strategy=stack", "--abi=core,arena --grow=double", "--abi=core,arena --strategy=stack --min-align=8",
			"--strategy=lists", "--strategy=lists --split=false --classes=1", "--strategy=lists --abi=c",
			"--memory64", "--memory64 --strategy=stack --abi=c", "--memory64 --strategy=lists",
		} {
			program, base := linkAlone(t, ld, flags, object.Options{State: object.StateGlobal})
			if c := contract.Must(contract.Parse(flags)); c.HeadsSize() > 0 {
				// A module has the heads at its base, an object among its data.
				flags = fmt.Sprintf("--abi=%s --strategy=any --memory64=%v", c.ABI, c.Memory64)
			}
			text := fmt.Sprintf("--heap-base=%d --initial-pages=%d %s", base, base/wasm.PageSize+1, flags)
			for _, f := range contract.Must(contract.Parse(strings.TrimSpace("--heap-base=linker " + flags))).Signatures() {
				text += fmt.Sprintf(" --export=%s=%s", f.Name, f.Export)
			}
			c, err := contract.Parse(strings.Join(strings.Fields(text), " "))
			if err != nil {
				t.Fatal(err)
			}
			report, err := validate.Run(context.Background(), program, c, validate.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range report.Failures() {
				t.Errorf("%q: check %s: %v", flags, f.Check, f.Failure)
			}
		}
	})
}

// linkAlone links an allocator and nothing else, and returns the base that the
// linker has chosen.
func linkAlone(t *testing.T, ld, flags string, opts object.Options, ldflags ...string) (program []byte, base uint64) {
	t.Helper()
	dir := t.TempDir()
	text := strings.TrimSpace("--heap-base=linker " + flags)
	alloc := allocator(t, dir, text, opts)
	args := append([]string{"--no-entry", "-o", "linked.wasm", alloc}, ldflags...)
	c := contract.Must(contract.Parse(text))
	if c.Memory64 {
		args = append(args, "-mwasm64")
	}
	for _, f := range c.Signatures() {
		args = append(args, "--export="+f.Export)
	}
	toolchain.Run(t, dir, ld, append(args, "--export=__heap_base")...)
	m, err := wasm.Decode(load(t, dir, "linked.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(m.Exports, func(e wasm.Export) bool { return e.Name == "__heap_base" })
	base = uint64(m.Globals[int(m.Exports[at].Index)-m.NumImported(wasm.KindGlobal)].Init[0].Value)
	toolchain.Run(t, dir, ld, args...)
	return load(t, dir, "linked.wasm"), base
}
