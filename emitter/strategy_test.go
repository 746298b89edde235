// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// TestEachStrategyHasARow checks that the table has the strategies that the contract
// says can be generated, and no others.
func TestEachStrategyHasARow(t *testing.T) {
	for _, row := range contract.Strategies {
		if _, ok := strategies[row.Name]; ok != row.Generated {
			t.Errorf("%s: in the emitter's table %v, generated %v", row.Name, ok, row.Generated)
		}
	}
}

// TestStrategyDecides checks that what a strategy says of itself reaches the module's
// adapters: which block frees, and whether new blocks have to be zeroed.
func TestStrategyDecides(t *testing.T) {
	other := strategies[contract.Default().Strategy]
	other.frees = "other"
	other.fresh = func(contract.Contract) bool { return false }
	for text, want := range map[string]string{
		"":                                 "core.dealloc.other",
		"--abi=c":                          "c.free.other",
		"--abi=wasm-bindgen":               "wasm-bindgen.__wbindgen_free.other",
		"--abi=cosmwasm --target=cosmwasm": "cosmwasm.deallocate.other",
	} {
		m := other.model(contract.Must(contract.Parse(text)))
		if _, err := m.WAT(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want that there is no block %s", text, err, want)
		}
	}
	other.frees = "nothing"
	for text, want := range map[string]string{
		"":                                 "(func $alloc_zeroed",
		"--abi=c":                          "(memory.fill",
		"--abi=cosmwasm --target=cosmwasm": "(i32.store offset=8",
	} {
		c := contract.Must(contract.Parse(text))
		m := other.model(c)
		changed, err := m.WAT()
		if err != nil {
			t.Fatal(err)
		}
		usual, err := WAT(c)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(changed, want) || strings.Contains(usual, want) {
			t.Errorf("%s: %s is in the module either way, or in neither", text, want)
		}
	}
}
