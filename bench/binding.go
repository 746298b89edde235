// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/wasm"
)

//go:embed driver.wat.tmpl
var driverText embed.FS

// A binding says how the driver calls one allocator: how a call of each of the
// core ABI's functions is written.
type binding struct {
	memory string          // its name, as in the contract
	calls  map[string]form // by the core ABI's name
}

// A form is how a function is called: by which export, and with which of the
// core ABI's operands, by their places; one stands for the constant 1.
type form struct {
	export  string
	places  []int
	results int
}

// one is the place of calloc's number of elements.
const one = -1

// errNoAllocator is returned for modules that speak neither ABI.
var errNoAllocator = errors.New("neither the contract's functions nor malloc and free are exported: name the exports with --export")

// bind looks for the contract's functions among the module's exports and, where
// there is none of them, for those of C. A function that is missing is no error:
// the workloads that need it are left out.
func bind(m *wasm.Module, c contract.Contract) (*binding, error) {
	b := &binding{memory: c.MemoryName, calls: map[string]form{}}
	b.core(m, c)
	if len(b.calls) == 0 {
		b.c(m, c)
	}
	if _, ok := b.calls["alloc"]; !ok {
		return nil, errNoAllocator
	}
	return b, nil
}

// core binds the contract's functions that are core's, with or without the align
// parameter.
func (b *binding) core(m *wasm.Module, c contract.Contract) {
	operands := map[string][]string{}
	for _, f := range contract.Default().Signatures() {
		for _, p := range f.Params {
			operands[f.Name] = append(operands[f.Name], p.Name)
		}
	}
	for _, f := range c.Signatures() {
		if f.ABI != contract.Core {
			continue
		}
		var places []int
		for _, p := range f.Params {
			places = append(places, slices.Index(operands[f.Name], p.Name))
		}
		b.add(m, f.Name, f.Export, places...)
	}
}

// c binds the functions of C, whether the contract has them or not. What malloc returns is aligned to 16 bytes or to
// the type that fits, and no workload asks for more.
func (b *binding) c(m *wasm.Module, c contract.Contract) {
	if !c.ABI.Includes(contract.C) {
		c = contract.Contract{} // its names are of other functions
	}
	b.add(m, "alloc", c.ExportName("malloc"), 0)
	b.add(m, "alloc_zeroed", c.ExportName("calloc"), one, 0)
	b.add(m, "dealloc", c.ExportName("free"), 0)
	b.add(m, "realloc", c.ExportName("realloc"), 0, 3)
}

// add binds the function if the module exports it with i32 parameters, as many
// as there are places.
func (b *binding) add(m *wasm.Module, function, export string, places ...int) {
	_, t, err := m.ExportedFunc(export)
	if err != nil || len(t.Params) != len(places) {
		return
	}
	if slices.ContainsFunc(slices.Concat(t.Params, t.Results), func(v wasm.ValType) bool { return v != wasm.I32 }) {
		return
	}
	if results := len(t.Results); (function == "dealloc") != (results == 0) {
		return
	}
	b.calls[function] = form{export, places, len(t.Results)}
}

// driver returns the text of the driver for this allocator.
func (b *binding) driver() (string, error) {
	call := func(function string) func(...string) string {
		return func(operands ...string) string { return b.call(function, operands) }
	}
	t, err := template.New("").Funcs(template.FuncMap{
		"imports": b.importText,
		"alloc":   call("alloc"), "zeroed": call("alloc_zeroed"),
		"dealloc": call("dealloc"), "realloc": call("realloc"),
	}).ParseFS(driverText, "driver.wat.tmpl")
	if err != nil {
		return "", fmt.Errorf("driver: %w", err)
	}
	var text strings.Builder
	if err := t.ExecuteTemplate(&text, "driver.wat.tmpl", nil); err != nil {
		return "", fmt.Errorf("driver: %w", err)
	}
	return text.String(), nil
}

// The names that the driver imports from.
const (
	functionsModule = "functions"
	memoryModule    = "memory"
)

func (b *binding) importText() string {
	var text strings.Builder
	fmt.Fprintf(&text, "  (import %q \"%s\" (memory $heap 0))", memoryModule, escape(b.memory))
	for _, function := range slices.Sorted(maps.Keys(b.calls)) {
		f := b.calls[function]
		fmt.Fprintf(&text, "\n  (import %q \"%s\" (func $%s (param%s)%s))", functionsModule, escape(f.export), function,
			strings.Repeat(" i32", len(f.places)), strings.Repeat(" (result i32)", f.results))
	}
	return text.String()
}

// hosted makes the functions the host's. Each passes its call on.
func (b *binding) hosted(s engine.Store, call func(export string, args []uint64) ([]uint64, error)) (engine.Instance, error) {
	i32s := func(n int) []wasm.ValType { return slices.Repeat([]wasm.ValType{wasm.I32}, n) }
	functions := map[string]engine.Func{}
	for _, f := range b.calls {
		functions[f.export] = engine.Func{
			Type: wasm.FuncType{Params: i32s(len(f.places)), Results: i32s(f.results)},
			Call: func(args []uint64) ([]uint64, error) { return call(f.export, args) },
		}
	}
	return s.Host(functions)
}

// call writes a call. A workload that needs a function which is not there is not
// run, but its code has to be valid.
func (b *binding) call(function string, operands []string) string {
	f, ok := b.calls[function]
	if !ok {
		return "(unreachable)"
	}
	words := []string{"call $" + function}
	for _, place := range f.places {
		if place == one {
			words = append(words, "(i32.const 1)")
		} else {
			words = append(words, operands[place])
		}
	}
	return "(" + strings.Join(words, " ") + ")"
}

// escape writes every byte of a name as the text format's strings may have it.
func escape(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		fmt.Fprintf(&b, "\\%02x", c)
	}
	return b.String()
}
