// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"strings"
	"testing"

	"github.com/genalloc/genalloc/wasm"
)

// TestDearer: a mutant without the fast path is dearer, and the module itself is not.
func TestDearer(t *testing.T) {
	o, err := Configurations()[0].emit()
	if err != nil {
		t.Fatal(err)
	}
	m, err := newMeter(o.file, o.contract)
	if err != nil {
		t.Fatal(err)
	}
	if path := m.dearer(o.file); path != "" {
		t.Errorf("the module is dearer than itself: %s", path)
	}
	for i, key := range o.keys {
		if !strings.Contains(key, "i32.gt_u; {br_if 0 -> drop}") {
			continue
		}
		file, err := o.mutants[i].Apply(o.module).Encode()
		if err != nil {
			t.Fatal(err)
		}
		if m.dearer(file) == "" {
			t.Errorf("not dearer: %s", key)
		}
		return
	}
	t.Error("no mutant without the fast path")
}

// TestAgainstZero: no mutant compares with 0 in another way that is the same.
func TestAgainstZero(t *testing.T) {
	m := &wasm.Module{
		Types: []wasm.FuncType{{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}}},
		Funcs: []wasm.Func{{Body: []wasm.Instr{{Op: wasm.OpLocalGet}, wasm.I32Const(0), {Op: wasm.OpI32Ne}, {Op: wasm.OpEnd}}}},
	}
	found := false
	for _, mu := range Mutants(m) {
		found = found || Text(mu.After) == "i32.gt_s"
		if mu.Instr == 2 && Text(mu.After) == "i32.gt_u" {
			t.Error("unsigned, more than 0 is not 0")
		}
	}
	if !found {
		t.Error("the comparison has no other mutant")
	}
}
