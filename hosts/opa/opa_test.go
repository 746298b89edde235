// SPDX-License-Identifier: MIT OR Apache-2.0

// Package opa_test links an allocator with the C part of Open Policy Agent in the place of
// OPA's own, runs a policy as a host does, and runs OPA's tests.
package opa_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/hosts/page"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/wasm"
)

const section = "Open Policy Agent"

// An allocator is what takes the place of malloc.c.
type allocator struct {
	row      string
	commands string         // that make its objects
	objects  string         // which the linker takes
	failed   map[string]int // OPA's tests that fail, and how often
}

var allocators = []allocator{
	{"genalloc", "", "rest.o genalloc.o", with(freeList, reuse)},
	{"genalloc, stack", `genalloc -q --abi opa --strategy stack --target mvp --export opa_malloc_init=genalloc_begin --export opa_heap_ptr_set=genalloc_set -o stack.o`,
		"rest.o stack.o", with(freeList, with(reuse, map[string]int{"test_opa_value_free: heap ptr": 30}))},
	{"genalloc, lists", `genalloc -q --abi opa --strategy lists --functions opa_malloc,opa_free,opa_realloc --target mvp -o lists.o
		clang $(cat flags) -DLISTS -c -o lists-rest.o rest.c`, "lists-rest.o lists.o", freeList},
	{"OPA's own malloc.c", `clang $(cat flags) -c "$OPA"/src/malloc.c`, "malloc.o", cpp},
}

// cpp is a test of OPA's part in C++, which takes the libc++ of a newer LLVM.
var cpp = map[string]int{"test_regex: opa_regex_is_valid is called": 1}

// freeList are, beside that, tests of OPA's free list: how many blocks it has.
var freeList = with(cpp, map[string]int{
	"test_opa_block_sort: total heap blocks":                            7,
	"test_opa_free: free blocks":                                        11,
	"test_opa_free_bulk: free blocks":                                   4,
	"test_opa_heap_blocks_stash: free blocks":                           3,
	"test_opa_malloc_min_size: new free block":                          1,
	"test_opa_malloc_split_threshold_big_block: new large free block":   1,
	"test_opa_malloc_split_threshold_small_block: new small free block": 1,
})

// reuse are tests that look whether OPA's blocks are reused before the host moves the first
// free address back.
var reuse = map[string]int{
	"test_opa_malloc_split_threshold_big_block: heap ptr": 1,
	"test_opa_value_free: heap ptr":                       40,
}

func with(a, b map[string]int) map[string]int {
	sum := maps.Clone(a)
	maps.Copy(sum, b)
	return sum
}

// A guest is an instance, and what its imports were called with.
type guest struct {
	engine.Instance
	store  engine.Store
	passed int
	failed map[string]int // by the names of OPA's tests
}

// start makes an instance. OPA's imports are a host's functions; those of its part in C++,
// which is not linked, stop the call.
func start(t *testing.T, file []byte) *guest {
	t.Helper()
	e := engine.NewWasmtime()
	t.Cleanup(e.Close)
	g := &guest{store: e.NewStore(), failed: map[string]int{}}
	t.Cleanup(g.store.Close)
	g.store.Refuel(1 << 50)
	m, err := wasm.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	functions := map[string]engine.Func{}
	for _, im := range m.Imports {
		name := im.Name
		functions[name] = engine.Func{Type: m.Types[im.Type], Call: func(args []uint64) ([]uint64, error) {
			switch name {
			case "opa_test_pass":
				g.passed++
				return nil, nil
			case "opa_test_fail":
				g.failed[g.text(args[1])+": "+g.text(args[0])]++
				return nil, nil
			case "opa_abort":
				return nil, errors.New(g.text(args[0]))
			}
			return nil, fmt.Errorf("%s is called", name)
		}}
	}
	host, err := g.store.Host(functions)
	if err != nil {
		t.Fatal(err)
	}
	if g.Instance, err = engine.Instantiate(g.store, file, engine.Imports{"env": host}); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *guest) text(at uint64) string {
	text, _, _ := bytes.Cut(g.Memory("memory").Bytes()[at:], []byte{0})
	return string(text)
}

func (g *guest) call(t *testing.T, function string, args ...uint64) uint64 {
	t.Helper()
	results, err := g.Call(function, args...)
	if err != nil {
		t.Fatalf("%s: %v", function, err)
	}
	if len(results) == 0 {
		return 0
	}
	return results[0]
}

// TestAllocators builds the C part once, and links it with each allocator.
func TestAllocators(t *testing.T) {
	toolchain.Run(t, ".", "go", "mod", "download", "-modfile=sources.mod", "github.com/open-policy-agent/opa")
	t.Setenv("OPA", strings.TrimSpace(toolchain.Run(t, ".", "go", "list", "-m", "-modfile=sources.mod", "-f", "{{.Dir}}/wasm", "github.com/open-policy-agent/opa")))
	dir := page.Build(t, section)
	page.Run(t, dir, `clang $(cat flags) -c "$OPA"/tests/test.c`)
	for _, a := range allocators {
		page.Run(t, dir, a.commands+"\n"+
			`wasm-ld $(cat link) --wrap=eval --export=opa_eval --export=opa_heap_ptr_get --strip-all -o policy.wasm policy.o part/*.o `+a.objects+"\n"+
			`wasm-ld $(cat link) -o test.wasm test.o part/*.o `+a.objects)
		t.Run("policy, "+a.row, func(t *testing.T) { evaluate(t, a, page.Read(t, dir, "policy.wasm")) })
		t.Run("tests, "+a.row, func(t *testing.T) { suite(t, a, page.Read(t, dir, "test.wasm")) })
	}
}

// evaluate runs a policy as OPA's host for Go does (internal/wasm/sdk): it writes the input
// at the first free address, for which it grows the memory, and then moves this behind it.
func evaluate(t *testing.T, a allocator, file []byte) {
	const evaluations = 100
	g := start(t, file)
	g.call(t, "policy_start")
	free := g.call(t, "opa_heap_ptr_get")
	fuel := uint64(0)
	for i := range evaluations {
		role := []string{"guest", "admin"}[i%2]
		input := `{"roles":["` + strings.Repeat(`user","`, 40_000-i*i*7%40_000) + role + `"]}`
		memory := g.Memory("memory")
		if lacking := int(free) + len(input) - len(memory.Bytes()); lacking > 0 && !memory.Grow(uint64(lacking+65535)/65536) {
			t.Fatal("the memory does not grow")
		}
		copy(memory.Bytes()[free:], input)
		size := uint64(len(input))
		got := g.text(g.call(t, "opa_eval", 0, 0, 0, free, size, free+size, 0))
		fuel += g.store.Burned()
		if want := fmt.Sprintf(`[{"result":%t}]`, role == "admin"); got != want {
			t.Fatalf("evaluation %d: got %.40q, want %q", i, got, want)
		}
	}
	g.call(t, "opa_heap_ptr_set", free)
	if got := g.call(t, "opa_heap_ptr_get"); got != free && a.row != "genalloc, lists" {
		t.Errorf("the first free address is %#x, and was set to %#x", got, free)
	}
	page.Row(t, section, a.row, unit.Grouped(fuel/evaluations), unit.Grouped(g.Memory("memory").Pages()), unit.Grouped(uint64(len(file))))
}

// suite runs OPA's own tests of its C part.
func suite(t *testing.T, a allocator, file []byte) {
	m, err := wasm.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	g := start(t, file)
	for _, e := range m.Exports { // the first of them starts the heap
		if strings.HasPrefix(e.Name, "test_") {
			if _, err := g.Call(e.Name); err != nil {
				g.failed[e.Name+": "+err.Error()]++
			}
		}
	}
	if !maps.Equal(g.failed, a.failed) {
		t.Errorf("%d tests pass and these fail: %v, want %v", g.passed, g.failed, a.failed)
	}
	ran := g.passed
	for _, n := range g.failed {
		ran += n
	}
	if ran != 1102 { // one of them is that of C++
		t.Errorf("%d tests ran, want 1102", ran)
	}
}
