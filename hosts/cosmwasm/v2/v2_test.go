// SPDX-License-Identifier: MIT OR Apache-2.0

// Package v2_test runs the same contract in version 2 of CosmWasm's virtual machine. Two
// versions cannot be in one program.
package v2_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	cosmwasm "github.com/CosmWasm/wasmvm/v2"
	"github.com/CosmWasm/wasmvm/v2/types"

	"github.com/genalloc/genalloc/hosts/page"
)

const gasLimit = uint64(1) << 50

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

func TestContract(t *testing.T) {
	vm, err := cosmwasm.NewVM(t.TempDir(), []string{}, 32, false, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(vm.Cleanup)
	t.Chdir("..")
	id, _, err := vm.StoreCode(page.Read(t, page.Build(t, "CosmWasm"), "contract.wasm"), gasLimit)
	if err != nil {
		t.Fatal(err)
	}
	c := chain{map[string][]byte{}}
	if r, _, err := vm.Instantiate(id, env, info, []byte(`{"first":1}`), c, goapi, c, c, gasLimit, free); err != nil || r.Err != "" {
		t.Fatalf("instantiate: %v %v", r, err)
	}
	note := `{"keep":"` + strings.Repeat("note", 25_000) + `"}`
	if r, _, err := vm.Execute(id, env, info, []byte(note), c, goapi, c, c, gasLimit, free); err != nil || r.Err != "" {
		t.Fatalf("execute: %v %v", r, err)
	}
	if r, _, err := vm.Query(id, env, []byte(`{"read":{}}`), c, goapi, c, c, gasLimit, free); err != nil || string(r.Ok) != note {
		t.Errorf("query: %v", err)
	}
}
