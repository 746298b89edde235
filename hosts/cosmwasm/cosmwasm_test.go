// SPDX-License-Identifier: MIT OR Apache-2.0

// Package cosmwasm_test runs a contract in CosmWasm's virtual machine.
package cosmwasm_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	cosmwasm "github.com/CosmWasm/wasmvm/v3"
	"github.com/CosmWasm/wasmvm/v3/types"

	"github.com/genalloc/genalloc/hosts/page"
	"github.com/genalloc/genalloc/internal/unit"
)

const (
	section  = "CosmWasm"
	gasLimit = uint64(1) << 50
)

// A chain has what a contract needs of one: storage, and nothing that costs gas.
type chain struct{ notes map[string][]byte }

func (c chain) Get(key []byte) []byte                      { return c.notes[string(key)] }
func (c chain) Set(key, value []byte)                      { c.notes[string(key)] = bytes.Clone(value) }
func (c chain) Delete(key []byte)                          { delete(c.notes, string(key)) }
func (c chain) Iterator(_, _ []byte) types.Iterator        { panic("no contract here iterates") }
func (c chain) ReverseIterator(_, _ []byte) types.Iterator { panic("no contract here iterates") }
func (c chain) GasConsumed() uint64                        { return 0 }
func (c chain) Query(types.QueryRequest, uint64) ([]byte, error) {
	return nil, errors.New("this chain answers no queries")
}

// A contract is one that is stored.
type contract struct {
	vm *cosmwasm.VM
	id cosmwasm.Checksum
	chain
}

var (
	env  = types.Env{Block: types.BlockInfo{Height: 1, Time: 1, ChainID: "test"}, Contract: types.ContractInfo{Address: "contract"}}
	info = types.MessageInfo{Sender: "sender", Funds: []types.Coin{}}
	free = types.UFraction{Numerator: 0, Denominator: 1}

	errNoAddress = errors.New("this chain has no addresses")
	goapi        = cosmwasm.GoAPI{
		HumanizeAddress:     func([]byte) (string, uint64, error) { return "", 0, errNoAddress },
		CanonicalizeAddress: func(string) ([]byte, uint64, error) { return nil, 0, errNoAddress },
		ValidateAddress:     func(string) (uint64, error) { return 0, errNoAddress },
	}
)

func newVM(t *testing.T) *cosmwasm.VM {
	t.Helper()
	vm, err := cosmwasm.NewVM(t.TempDir(), []string{}, 32, false, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(vm.Cleanup)
	return vm
}

func store(t *testing.T, code []byte) contract {
	t.Helper()
	vm := newVM(t)
	id, _, err := vm.StoreCode(code, gasLimit)
	if err != nil {
		t.Fatal(err)
	}
	return contract{vm, id, chain{map[string][]byte{}}}
}

func (c contract) execute(message string) (uint64, error) {
	r, gas, err := c.vm.Execute(c.id, env, info, []byte(message), c, goapi, c, c, gasLimit, free)
	if err == nil && r.Err != "" {
		err = errors.New(r.Err)
	}
	return gas, err
}

// flags are in the page's command, for another allocator to take their place.
const flags = "--abi cosmwasm --target cosmwasm"

// TestContract stores, instantiates, executes and queries a contract, for what it takes
// from each allocator.
func TestContract(t *testing.T) {
	for _, x := range []struct{ row, flags string }{
		{"genalloc", flags},
		{"genalloc, lists", flags + " --strategy lists"},
		{"dlmalloc (wasi-libc), for C", ""},
	} {
		t.Run(x.row, func(t *testing.T) {
			var dir string
			if x.flags == "" {
				dir = page.Guest(t)
				page.Run(t, dir, "clang --target=wasm32-wasi --sysroot=/usr -O2 -nostartfiles -Wl,--no-entry,--strip-all -o contract.wasm contract.c dlmalloc.c")
			} else {
				dir = page.Build(t, section, flags, x.flags)
			}
			code := page.Read(t, dir, "contract.wasm")
			c := store(t, code)
			if r, _, err := c.vm.Instantiate(c.id, env, info, []byte(`{"first":1}`), c, goapi, c, c, gasLimit, free); err != nil || r.Err != "" {
				t.Fatalf("instantiate: %v %v", r, err)
			}
			// Longer than a page, and shorter than what storage takes.
			note := `{"keep":"` + strings.Repeat("note", 25_000) + `"}`
			if _, err := c.execute(note); err != nil {
				t.Fatal(err)
			}
			r, _, err := c.vm.Query(c.id, env, []byte(`{"read":{}}`), c, goapi, c, c, gasLimit, free)
			if err != nil || string(r.Ok) != note {
				t.Errorf("query: %.40q, %v", r.Ok, err)
			}
			if _, err := c.execute(`{"other":1}`); err == nil || err.Error() != "the message is not known" {
				t.Errorf("a message that is not known: %v", err)
			}
			page.Row(t, section, x.row, unit.Grouped(c.loop(t)), unit.Grouped(uint64(len(code))))
		})
	}
}

// loop returns the gas of one round of the contract's loop.
func (c contract) loop(t *testing.T) uint64 {
	t.Helper()
	var gas [2]uint64
	for i := range gas {
		var err error
		if gas[i], err = c.execute(fmt.Sprintf(`{"loop":%d}`, 2560*(i+1))); err != nil {
			t.Fatal(err)
		}
	}
	return (gas[1] - gas[0]) / 2560
}

// TestFull fills the 32 MiB that a chain gives a contract. The host then finds no memory
// for a note, and says so.
func TestFull(t *testing.T) {
	dir := page.Build(t, section)
	c := store(t, page.Read(t, dir, "contract.wasm"))
	c.Set([]byte("note"), make([]byte, 1<<20))
	if _, err := c.execute(`{"fill":0}`); err == nil || !strings.Contains(err.Error(), "zero Wasm address") {
		t.Errorf("a full memory: %v", err)
	}
}

// TestRefused holds what genalloc refuses for the target to what the host refuses.
func TestRefused(t *testing.T) {
	const link = "wasm-ld --no-entry --strip-all --export=allocate --export=deallocate -o x.wasm contract.o genalloc.o "
	dir := page.Build(t, section)
	vm := newVM(t)
	for _, x := range []struct{ name, commands, host, refused, says string }{
		{"pages", link + "--initial-memory=33619968", "must not exceed 512 pages", "genalloc " + flags + " --initial-pages 513 -o x.wasm", "--initial-pages"},
		{"maximum", link + "--max-memory=1048576", "maximum", "genalloc " + flags + " --max-pages 16 -o x.wasm", "--max-pages"},
		{"bulk memory", "genalloc -q --export alloc=allocate --export dealloc=deallocate -o genalloc.o; " + link + "--export=alloc_zeroed --export=genalloc_realloc", "bulk memory", "genalloc --abi cosmwasm -o x.wasm", "--target"},
	} {
		t.Run(x.name, func(t *testing.T) {
			page.Run(t, dir, x.commands)
			if _, _, err := vm.StoreCode(page.Read(t, dir, "x.wasm"), gasLimit); err == nil || !strings.Contains(err.Error(), x.host) {
				t.Errorf("the host says %v, want %q", err, x.host)
			}
			said := page.Refused(t, dir, x.refused)
			if !strings.Contains(said, x.says) || strings.Count(said, "\n") != 1 {
				t.Errorf("genalloc says\n%s, want a line that names %s", said, x.says)
			}
		})
	}
	if _, _, err := vm.StoreCode(page.Read(t, dir, "contract.wasm"), gasLimit); err != nil {
		t.Errorf("the contract itself: %v", err)
	}
}
