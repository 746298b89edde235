// SPDX-License-Identifier: MIT OR Apache-2.0

// Package stylus tells whether a module may be deployed as an Arbitrum Stylus
// contract. The rules are those of Nitro, where it parses and activates a program
// (crates/prover/src/binary.rs, programs/mod.rs, programs/start.rs, programs/heap.rs), and the
// instructions those that package cost has a price for.
package stylus

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/wasm"
)

// Entrypoint is the function that the chain calls, (i32) -> i32: how many bytes
// the arguments have, and the status.
const Entrypoint = "user_entrypoint"

// memoryName is the only name under which the chain looks for the memory.
const memoryName = "memory"

// Check returns nil for a module that may be a contract, and otherwise the first
// rule that it breaks and where. Exports beyond the entrypoint and the memory are
// no fault: they are dropped when the contract is deployed.
func Check(module []byte) error {
	m, err := wasm.Decode(module)
	if err != nil {
		return err
	}
	for _, rule := range []func(*wasm.Module) error{checkEntrypoint, checkMemory, checkImports, checkNames, checkTypes, checkSections, checkLimits, checkCode} {
		if err := rule(m); err != nil {
			return err
		}
	}
	return nil
}

func checkEntrypoint(m *wasm.Module) error {
	_, t, err := m.ExportedFunc(Entrypoint)
	if err != nil {
		return fmt.Errorf("export %q: %w: a contract has a function of that name", Entrypoint, err)
	}
	if want := (wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}}); t.String() != want.String() {
		return fmt.Errorf("export %q: type %s, want %s", Entrypoint, t, want)
	}
	return nil
}

func checkMemory(m *wasm.Module) error {
	if len(m.Memories) != 1 || m.NumImported(wasm.KindMemory) != 0 {
		return fmt.Errorf("memory: %d defined and %d imported: a contract has one of its own",
			len(m.Memories), m.NumImported(wasm.KindMemory))
	}
	l := m.Memories[0]
	if l.Is64 || l.Shared {
		return fmt.Errorf("memory[0]: 64-bit and shared memories are not allowed")
	}
	if l.Min > contract.StylusMaxPages || l.HasMax && l.Max > contract.StylusMaxPages {
		return fmt.Errorf("memory[0]: more than %d pages", contract.StylusMaxPages)
	}
	if e, ok := m.Export(memoryName); !ok || e.Kind != wasm.KindMemory {
		return fmt.Errorf("memory[0]: it is not exported as %q", memoryName)
	}
	return nil
}

// payType is the type of the function by which growth is paid for.
var payType = wasm.FuncType{Params: []wasm.ValType{wasm.I32}}

// checkImports wants host functions only, and the one by which growth is paid for.
func checkImports(m *wasm.Module) error {
	pays := false
	for _, im := range m.Imports {
		if im.Module != contract.StylusModule || im.Kind != wasm.KindFunc {
			return fmt.Errorf("import %q %q: functions of %q only", im.Module, im.Name, contract.StylusModule)
		}
		if im.Name == contract.StylusPayFunc {
			pays = true
			if t := m.Types[im.Type].String(); t != payType.String() {
				return fmt.Errorf("import %q %q: type %s, want %s", im.Module, im.Name, t, payType)
			}
		}
	}
	if l := m.Memories[0]; !pays && !(l.HasMax && l.Max == l.Min) {
		return fmt.Errorf("memory[0]: it can grow, and %s is not imported from %q", contract.StylusPayFunc, contract.StylusModule)
	}
	return nil
}

func checkTypes(m *wasm.Module) error {
	for i, t := range m.Types {
		for _, v := range slices.Concat(t.Params, t.Results) {
			if v != wasm.I32 && v != wasm.I64 {
				return fmt.Errorf("type[%d]: %s is not allowed", i, v)
			}
		}
	}
	return nil
}

// checkSections wants no start function, and constants in globals and data segments.
func checkSections(m *wasm.Module) error {
	if m.Start != nil {
		return fmt.Errorf("start section: a contract has none")
	}
	for i, g := range m.Globals {
		if err := constant(g.Init); err != nil {
			return fmt.Errorf("global[%d]: %w", i, err)
		}
	}
	for i, d := range m.Data {
		if d.Flags&wasm.DataPassive != 0 {
			return fmt.Errorf("data[%d]: a passive segment is not allowed", i)
		}
		if err := constant(d.Offset); err != nil {
			return fmt.Errorf("data[%d]: %w", i, err)
		}
	}
	return nil
}

// constant wants one constant and the end of the expression.
func constant(expr []wasm.Instr) error {
	if len(expr) == 2 && (expr[0].Op == wasm.OpI32Const || expr[0].Op == wasm.OpI64Const) {
		return nil
	}
	return fmt.Errorf("it is initialised by more than a constant")
}

// checkCode wants instructions that have a price, and no section that only others need.
func checkCode(m *wasm.Module) error {
	for i, f := range m.Funcs {
		for _, in := range f.Body {
			if _, err := cost.InkOf(m, in); err != nil {
				return fmt.Errorf("func[%d] offset %#x: %w", m.NumImported(wasm.KindFunc)+i, in.Offset, err)
			}
		}
	}
	if m.DataCount != nil {
		return fmt.Errorf("data count section: a contract has none")
	}
	return nil
}
