// SPDX-License-Identifier: MIT OR Apache-2.0

package object_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// TestThreads links a C program with an allocator for threads, and runs an instance for
// each thread over one memory, with their calls in turn.
func TestThreads(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		dir := t.TempDir()
		app := compile(t, dir, "threads.c", "-matomics", "-mbulk-memory")
		for _, args := range [][]string{
			{"--threads"},
			{"--threads", "--initial-memory=2097152"},
			{"--threads", "--stack-first"},
			{"--threads", "--no-gc-sections"},
			{"--threads --strategy=lists"},
			{"--threads --strategy=lists --max-block=8192 --chunk=1", "--stack-first"},
			{"--threads --strategy=lists --classes=1 --optimize=size", "--no-gc-sections"},
		} {
			t.Run(strings.Join(args, " "), func(t *testing.T) {
				alloc, args := allocator(t, dir, args[0]+" --heap-base=linker", object.Options{}), args[1:]
				program := linkThreads(t, dir, ld, slices.Concat(args, []string{"--export=work", "--export=check", app, alloc})...)
				threads := instances(t, program, 3)
				for i := range uint64(64) {
					for thread, m := range threads {
						if line := ask(t, m, "work", uint64(thread), i); line != 0 {
							t.Fatalf("threads.c:%d does not hold", line)
						}
					}
				}
				if line := ask(t, threads[1], "check"); line != 0 {
					t.Errorf("threads.c:%d does not hold", line)
				}
			})
		}
	})
}

// TestThreadsStart: the pages that the memory has at the start are handed out before it
// grows, where the linker tells their end, and no thread has those of another.
func TestThreadsStart(t *testing.T) {
	const pages = 20
	eachLinker(t, func(t *testing.T, ld string) {
		dir := t.TempDir()
		alloc := allocator(t, dir, "--threads --heap-base=linker --chunk=3", object.Options{})
		program := linkThreads(t, dir, ld, fmt.Sprint("--initial-memory=", pages*wasm.PageSize), "--export=alloc", alloc)
		threads := instances(t, program, 2)
		var inside []uint64
		for i := range 6 {
			if page := ask(t, threads[i%2], "alloc", 3*wasm.PageSize, 8) / wasm.PageSize; page < pages {
				inside = append(inside, page)
			}
		}
		slices.Sort(inside)
		if want := map[string]int{"wasm-ld-14": 0, "wasm-ld-19": 6}[ld]; len(inside) != want {
			t.Errorf("%d blocks lie in the pages at the start, want %d", len(inside), want)
		}
		for i := 1; i < len(inside); i++ {
			if inside[i] < inside[i-1]+3 {
				t.Errorf("blocks of 3 pages at pages %d", inside)
			}
		}
	})
}

// TestThreadsAlone: an object for threads can be linked into a program without them.
func TestThreadsAlone(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		for _, flags := range []string{"--threads", "--threads --strategy=lists"} {
			dir := t.TempDir()
			toolchain.Run(t, dir, ld, "--no-entry", "--export=alloc", "-o", "app.wasm", allocator(t, dir, flags+" --heap-base=linker", object.Options{}))
			if at := ask(t, instances(t, load(t, dir, "app.wasm"), 1)[0], "alloc", 100, 64); at == 0 || at%64 != 0 {
				t.Errorf("%s: a block lies at %d", flags, at)
			}
		}
	})
}

// TestThreadsMalloc: C's functions set no errno, which is a variable of the thread.
func TestThreadsMalloc(t *testing.T) {
	dir := t.TempDir()
	info, err := object.Inspect(load(t, dir, allocator(t, dir, "--abi=c --threads --heap-base=linker", object.Options{})))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(info.Features, " "); got != "+atomics +bulk-memory" {
		t.Errorf("features are %s", got)
	}
	if slices.ContainsFunc(info.Symbols, func(s object.Symbol) bool { return s.Name == "errno" }) {
		t.Error("the object refers to errno")
	}
}

func linkThreads(t *testing.T, dir, ld string, args ...string) []byte {
	t.Helper()
	toolchain.Run(t, dir, ld, append([]string{"--no-entry", "--shared-memory", "--import-memory", "--max-memory=8388608", "-o", "app.wasm"}, args...)...)
	return load(t, dir, "app.wasm")
}

// instances starts a program n times over one memory, of which a host makes the shared one
// that the program imports.
func instances(t *testing.T, program []byte, n int) (threads []engine.Instance) {
	t.Helper()
	e := engine.NewWazero()
	t.Cleanup(e.Close)
	s := e.NewStore()
	t.Cleanup(s.Close)
	m, err := wasm.Decode(program)
	if err != nil {
		t.Fatal(err)
	}
	var supplies []engine.Supply
	for _, im := range m.Imports {
		supplies = append(supplies, engine.Supply{Import: im})
	}
	imports, err := engine.Provide(s, supplies)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		in, err := engine.Instantiate(s, program, imports)
		if err != nil {
			t.Fatal(err)
		}
		threads = append(threads, in)
	}
	return threads
}

// ask calls a function of a thread's instance.
func ask(t *testing.T, in engine.Instance, name string, args ...uint64) uint64 {
	t.Helper()
	results, err := in.Call(name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}
