// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/wasm"
)

// Callable is the name of the check that the functions can be called. If it fails, no
// other check runs the module.
const Callable = "signatures"

// The first bytes of a file (core specification, 5.5.16; component model,
// Binary.md): the version's upper half tells a component from a module.
var (
	magic     = []byte("\x00asm")
	component = []byte("\x00asm\x0d\x00\x01\x00")
)

// Decode reads a module. The error says what the bytes are instead.
func Decode(file []byte) (*wasm.Module, error) {
	switch {
	case bytes.HasPrefix(file, component):
		return nil, errors.New("module expected, got a component: unpack its core module first")
	case !bytes.HasPrefix(file, magic):
		return nil, errors.New("module expected, but the file does not begin with \\0asm")
	}
	m, err := wasm.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("module: %w", err)
	}
	return m, nil
}

func broken(rule, expected, got string, args ...any) *report.Failure {
	return &report.Failure{Rule: rule, Expected: expected, Got: fmt.Sprintf(got, args...)}
}

// unlike is a failure for which the contract may be to blame. The hint is the way out.
func unlike(hint, expected, got string, args ...any) *report.Failure {
	f := broken(Callable, expected, got, args...)
	f.Hint = hint
	return f
}

func checkSignatures(m *wasm.Module, c contract.Contract) *report.Failure {
	for _, f := range c.Signatures() {
		_, t, err := m.ExportedFunc(f.Export)
		if err != nil {
			return unlike("name what the module has, with --abi, --functions or --export", fmt.Sprintf("a function exported as %q", f.Export), "%v", err)
		}
		if want, got := signature(f), typeText(t.Params, t.Results); want != got {
			return unlike("name what the module has, with --abi, --functions, --export or --fixed-align", fmt.Sprintf("%q to be %s", f.Export, want), "%s", got)
		}
	}
	if c.Memory == contract.ExportMemory {
		if x, ok := m.Export(c.MemoryName); !ok || x.Kind != wasm.KindMemory {
			return unlike("name the module's, with --memory-name, and --memory import if it is imported", fmt.Sprintf("a memory exported as %q", c.MemoryName), "none")
		}
	}
	for _, want := range c.Imports() {
		if !slices.ContainsFunc(m.Imports, func(im wasm.Import) bool { return matches(im, want) }) {
			return unlike("name the module's, with --memory, --memory-name or --heap-base", fmt.Sprintf("an import of the %s %q.%q", want.Kind, want.Module, want.Name), "none")
		}
	}
	if n := len(m.Memories) + m.NumImported(wasm.KindMemory); n != 1 {
		return broken(Callable, "one memory", "%d", n)
	}
	for i, im := range m.Imports {
		if !slices.ContainsFunc(c.Imports(), func(want contract.Import) bool { return matches(im, want) }) {
			return broken(Callable, "imports that the contract names", "import %d: %s %q.%q", i, im.Kind, im.Module, im.Name)
		}
	}
	return checkCommand(m, c)
}

func matches(im wasm.Import, want contract.Import) bool {
	return im.Module == want.Module && im.Name == want.Name && im.Kind.String() == want.Kind
}

// signature returns the type of a function as typeText does.
func signature(f contract.Function) string {
	var params []contract.ValueType
	for _, p := range f.Params {
		params = append(params, p.Type)
	}
	return typeText(params, f.Results)
}

func typeText(params, results any) string {
	return fmt.Sprintf("(%s) -> (%s)", strings.Trim(fmt.Sprint(params), "[]"), strings.Trim(fmt.Sprint(results), "[]"))
}

func checkLeftover(m *wasm.Module, c contract.Contract) *report.Failure {
	names := map[string]bool{}
	for _, f := range c.Signatures() {
		names[f.Export] = true
	}
	if c.Memory == contract.ExportMemory {
		names[c.MemoryName] = true
	}
	for _, x := range m.Exports {
		if !names[x.Name] {
			return broken("leftover", "the contract's exports", "%s %q besides", x.Kind, x.Name)
		}
	}
	switch {
	case m.Start != nil && !c.HasStart():
		return broken("leftover", "no start function", "func[%d]", *m.Start)
	case len(m.Data) > 0:
		return broken("leftover", "no data segment", "%d", len(m.Data))
	case len(m.Tables) > 0 || len(m.Elements) > 0:
		return broken("leftover", "no table", "%d, and %d element segments", len(m.Tables), len(m.Elements))
	}
	return nil
}

func checkLimits(m *wasm.Module, c contract.Contract) *report.Failure {
	limits, err := m.Memory(0)
	if err != nil {
		return broken("limits", "a memory", "%v", err)
	}
	text := func(l wasm.Limits) string {
		width := ""
		if l.Is64 {
			width = ", 64-bit addresses"
		}
		if l.Shared {
			width += ", shared"
		}
		if !l.HasMax {
			return unit.Pages(l.Min) + " at first, no maximum" + width
		}
		return fmt.Sprintf("%s at first, %d at most%s", unit.Pages(l.Min), l.Max, width)
	}
	want := text(wasm.Limits{Min: uint64(c.InitialPages), Max: c.DeclaredMax(), HasMax: c.DeclaredMax() != 0, Shared: c.Threads, Is64: c.Memory64})
	if got := text(limits); got != want {
		return broken("limits", want, "%s", got)
	}
	return nil
}

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
