// SPDX-License-Identifier: MIT OR Apache-2.0

// Package stylus_test meters a contract in Rust with the prices of a Stylus chain.
package stylus_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/hosts/page"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/stylus"
	"github.com/genalloc/genalloc/wasm"
)

const section = "Stylus"

// A chain is the host of one contract.
type chain struct {
	engine.Instance
	args, result []byte
	storage      map[string][]byte
}

// hooks are the functions of vm_hooks that contracts here import.
func (c *chain) hooks() map[string]func(args []uint64) {
	memory := func(at, size uint64) []byte { return c.Memory("memory").Bytes()[at : at+size] }
	return map[string]func([]uint64){
		"read_args":    func(x []uint64) { copy(memory(x[0], uint64(len(c.args))), c.args) },
		"write_result": func(x []uint64) { c.result = slices.Clone(memory(x[0], x[1])) },
		"storage_load_bytes32": func(x []uint64) {
			word := memory(x[1], 32)
			clear(word)
			copy(word, c.storage[string(memory(x[0], 32))])
		},
		"storage_cache_bytes32": func(x []uint64) { c.storage[string(memory(x[0], 32))] = slices.Clone(memory(x[1], 32)) },
		"storage_flush_cache":   func([]uint64) {},
		"pay_for_memory_grow":   nil, // which the chain itself calls
	}
}

// start instantiates a contract that counts its ink in a global, which it returns.
func start(t *testing.T, file []byte) (*chain, engine.Global) {
	t.Helper()
	counting, ink, err := cost.Ink(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Decode(counting)
	if err != nil {
		t.Fatal(err)
	}
	e := engine.NewWasmtime()
	t.Cleanup(e.Close)
	store := e.NewStore()
	t.Cleanup(store.Close)
	c := &chain{storage: map[string][]byte{}}
	functions, hooks := map[string]engine.Func{}, c.hooks()
	for _, im := range m.Imports {
		functions[im.Name] = engine.Func{Type: m.Types[im.Type], Call: func(args []uint64) ([]uint64, error) {
			hooks[im.Name](args)
			return nil, nil
		}}
	}
	host, err := store.Host(functions)
	if err != nil {
		t.Fatal(err)
	}
	if c.Instance, err = engine.Instantiate(store, counting, engine.Imports{"vm_hooks": host}); err != nil {
		t.Fatal(err)
	}
	return c, c.Global(ink)
}

// payments are 200 payments to 60 accounts.
func payments() (args []byte) {
	for i := range uint64(200) {
		var pair [64]byte
		binary.BigEndian.PutUint64(pair[24:], i*i%60)
		binary.BigEndian.PutUint64(pair[56:], i)
		args = append(args, pair[:]...)
	}
	return args
}

// balances are what the accounts have after so many calls, in the order of their names.
func balances(calls uint64) (words []byte) {
	sums := map[uint64]uint64{}
	for i := range uint64(200) {
		sums[i*i%60] += calls * i
	}
	for account := range uint64(60) {
		if sum, ok := sums[account]; ok {
			words = append(words, make([]byte, 24)...)
			words = binary.BigEndian.AppendUint64(words, sum)
		}
	}
	return words
}

func TestContract(t *testing.T) {
	toolchain.Need(t, toolchain.Rust)
	for _, x := range []struct {
		row      string
		replaced []string
	}{
		{"genalloc, released at the end", nil},
		{"genalloc", []string{"--abi core,arena ", "", "--cfg arena ", ""}},
		{"genalloc, lists", []string{"--abi core,arena ", "--strategy lists ", "--cfg arena ", ""}},
		{"dlmalloc (wasi-libc)", []string{"--cfg arena ", "--cfg malloc ", "link-arg=genalloc.o", "link-arg=/usr/lib/wasm32-wasi/libc.a"}},
	} {
		t.Run(x.row, func(t *testing.T) {
			file := page.Read(t, page.Build(t, section, x.replaced...), "contract.wasm")
			if err := stylus.Check(file); err != nil {
				t.Errorf("a chain refuses it: %v", err)
			}
			c, ink := start(t, file)
			c.args = payments()
			var first uint64
			for i := range uint64(50) {
				status, err := c.Call("user_entrypoint", uint64(len(c.args)))
				if err != nil || status[0] != 0 {
					t.Fatalf("call %d: status %d, %v", i, status, err)
				}
				if !slices.Equal(c.result, balances(i+1)) {
					t.Fatalf("call %d returned other balances", i)
				}
				if i == 0 {
					first = ink.Get()
				}
			}
			page.Row(t, section, x.row, unit.Grouped(first), unit.Grouped(c.Memory("memory").Pages()), unit.Grouped(uint64(len(file))))
			c.args = c.args[:100]
			if status, err := c.Call("user_entrypoint", 100); err != nil || status[0] != 1 {
				t.Errorf("arguments that are no pairs: status %d, %v", status, err)
			}
		})
	}
}
