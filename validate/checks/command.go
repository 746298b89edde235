// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/wasm"
)

// checkCommand recognises a WASI command. Its linker expects one call of an instance,
// and so each export runs the constructors first: wasm-ld wraps it in a function that
// calls __wasm_call_ctors. A second call then finds the allocator reset.
func checkCommand(m *wasm.Module, c contract.Contract) *report.Failure {
	const main = "_start"
	names, calledBy := []string{main}, map[uint32]string{}
	for _, f := range c.Signatures() {
		names = append(names, f.Export)
	}
	for _, name := range names {
		first, ok := firstCall(m, name)
		if !ok {
			continue
		}
		if other, ok := calledBy[first]; ok && (other == main || constant(m, first)) {
			f := broken("command", "functions that can be called one after the other",
				"a WASI command: func[%d] runs the constructors in every call of %q and of %q", first, other, name)
			f.Hint = "link a reactor, with clang -mexec-model=reactor: the judge calls its _initialize once"
			return f
		}
		calledBy[first] = name
	}
	return nil
}

// firstCall returns the function without parameters and results that an exported one
// calls first of all.
func firstCall(m *wasm.Module, export string) (uint32, bool) {
	i, _, err := m.ExportedFunc(export)
	if err != nil {
		return 0, false
	}
	f, err := m.Func(i)
	if err != nil || f == nil || f.Body[0].Op != wasm.OpCall {
		return 0, false
	}
	t, err := m.FuncType(f.Body[0].Index)
	return f.Body[0].Index, err == nil && len(t.Params)+len(t.Results) == 0
}

// constant reports whether a function looks at no state, and so does the same in every
// call. One that an allocator calls to be ready asks whether it is.
func constant(m *wasm.Module, i uint32) bool {
	f, err := m.Func(i)
	return err == nil && f != nil && !slices.ContainsFunc(f.Body, func(in wasm.Instr) bool {
		return in.Op == wasm.OpGlobalGet || in.Op == wasm.OpMemorySize || strings.Contains(in.Op.String(), ".load")
	})
}
