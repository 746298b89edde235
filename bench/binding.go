// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/wasm"
)

//go:embed driver.wat.tmpl
var driverText embed.FS

// A binding says how the driver calls one allocator: how a call of each of the
// core ABI's functions is written.
type binding struct {
	memory  string // its name, as in the contract
	calls   map[contract.Role]form
	aligned form // allocates with an alignment where the first function does not
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

// called are the functions that the driver calls.
var called = slices.Concat(contract.Core.Functions(), contract.Arena.Functions())

// errNoAllocator is returned for modules that speak neither ABI.
var errNoAllocator = errors.New("neither the contract's functions nor malloc and free are exported: name the exports with --export")

// bind looks for the contract's functions of the core ABI among the module's
// exports and, where there is none of them, for those of C, whether the contract
// has them or not. A function that is missing is no error: the workloads that
// need it are left out.
func bind(m *wasm.Module, c contract.Contract) (*binding, error) {
	if c.Threads {
		return nil, errors.New("bench measures modules of one thread")
	}
	if c.Memory64 {
		return nil, errors.New("bench measures modules with 32-bit addresses")
	}
	b := &binding{memory: c.MemoryName, calls: map[contract.Role]form{}}
	b.add(m, c.Only(contract.Core).Signatures())
	if len(b.calls) == 0 {
		functions := contract.C.Functions()
		for i := range functions {
			if c.ABI.Includes(contract.C) {
				functions[i].Export = c.ExportName(functions[i].Name)
			}
		}
		b.add(m, functions)
		b.addAligned(m, functions)
	}
	b.add(m, c.Only(contract.Arena).Signatures())
	if _, ok := b.calls[contract.Allocates]; !ok {
		return nil, errNoAllocator
	}
	return b, nil
}

// add binds the first function of each role that the driver knows, if the module
// exports it with i32 parameters, as many as it has. What malloc returns is
// aligned to 16 bytes or to the type that fits; traces alone ask for more.
func (b *binding) add(m *wasm.Module, functions []contract.Function) {
	for _, want := range called {
		i := slices.IndexFunc(functions, func(f contract.Function) bool { return f.Role == want.Role })
		if i < 0 {
			continue
		}
		if bound, ok := bindOne(m, functions[i], want); ok {
			b.calls[want.Role] = bound
		}
	}
}

// addAligned binds the first function that allocates with an alignment and returns the
// block.
func (b *binding) addAligned(m *wasm.Module, functions []contract.Function) {
	for _, f := range functions {
		if f.Role == contract.Allocates && f.Param(contract.AlignParam) >= 0 && f.Result == contract.BlockResult && b.aligned.export == "" {
			b.aligned, _ = bindOne(m, f, called[0])
		}
	}
}

// bindOne binds one function by the operands of the core ABI's.
func bindOne(m *wasm.Module, f, want contract.Function) (bound form, ok bool) {
	_, t, err := m.ExportedFunc(f.Export)
	if err != nil || len(t.Params) != len(f.Params) || len(t.Results) != len(f.Results) {
		return bound, false
	}
	if slices.ContainsFunc(slices.Concat(t.Params, t.Results), func(v wasm.ValType) bool { return v != wasm.I32 }) {
		return bound, false
	}
	bound = form{export: f.Export, results: len(f.Results)}
	for _, p := range f.Params {
		place := one
		if p.Role != contract.CountParam {
			place = want.Param(p.Role)
		}
		bound.places = append(bound.places, place)
	}
	return bound, true
}

// takesAlign reports whether a call of a function with the role passes an alignment.
func (b *binding) takesAlign(role contract.Role) bool {
	return slices.Contains(b.calls[role].places, called[0].Param(contract.AlignParam))
}

// driver returns the text of the driver for this allocator.
func (b *binding) driver() string {
	words := template.FuncMap{"imports": b.importText}
	for _, f := range called {
		words[f.Name] = func(operands ...string) string { return b.call(f, operands) }
	}
	words["aligned"] = func(operands ...string) string {
		if b.aligned.export != "" {
			return b.aligned.text("aligned", operands)
		}
		return b.call(called[0], operands)
	}
	t := template.Must(template.New("").Funcs(words).ParseFS(driverText, "driver.wat.tmpl"))
	var text strings.Builder
	if err := t.ExecuteTemplate(&text, "driver.wat.tmpl", nil); err != nil {
		panic(err) // it has no data, and none of its functions fails
	}
	return text.String()
}

// The names that the driver imports from.
const (
	functionsModule = "functions"
	memoryModule    = "memory"
	hostModule      = "host"
)

func (b *binding) importText() string {
	var text strings.Builder
	fmt.Fprintf(&text, "  (import %q %s (memory $heap 0))", memoryModule, plain.WAT(b.memory))
	fmt.Fprintf(&text, "\n  (import %q \"grow\" (func $grow (param i32) (result i32)))", hostModule)
	add := func(name string, f form) {
		fmt.Fprintf(&text, "\n  (import %q %s (func $%s (param%s)%s))", functionsModule, plain.WAT(f.export), name,
			strings.Repeat(" i32", len(f.places)), strings.Repeat(" (result i32)", f.results))
	}
	for _, function := range called {
		if f, ok := b.calls[function.Role]; ok {
			add(function.Name, f)
		}
	}
	if b.aligned.export != "" {
		add("aligned", b.aligned)
	}
	return text.String()
}

// hosted makes the functions the host's. Each passes its call on.
func (b *binding) hosted(s engine.Store, pass func(call) ([]uint64, error)) (engine.Instance, error) {
	i32s := func(n int) []wasm.ValType { return slices.Repeat([]wasm.ValType{wasm.I32}, n) }
	functions := map[string]engine.Func{}
	add := func(role contract.Role, f form) {
		functions[f.export] = engine.Func{
			Type: wasm.FuncType{Params: i32s(len(f.places)), Results: i32s(f.results)},
			Call: func(args []uint64) ([]uint64, error) { return pass(call{role, f, args}) },
		}
	}
	for role, f := range b.calls {
		add(role, f)
	}
	if b.aligned.export != "" {
		add(contract.Allocates, b.aligned)
	}
	return s.Host(functions)
}

// growing makes a function of the host that grows the allocator's memory by so many
// pages, as somebody else would, and returns 0 if it cannot.
func growing(s engine.Store, grow func(pages uint64) bool) (engine.Instance, error) {
	i32 := []wasm.ValType{wasm.I32}
	return s.Host(map[string]engine.Func{"grow": {
		Type: wasm.FuncType{Params: i32, Results: i32},
		Call: func(args []uint64) ([]uint64, error) {
			if grow(args[0]) {
				return []uint64{1}, nil
			}
			return []uint64{0}, nil
		},
	}})
}

// call writes a call. A workload that needs a function which is not there is not
// run, but its code has to be valid.
func (b *binding) call(function contract.Function, operands []string) string {
	f, ok := b.calls[function.Role]
	if !ok {
		return "(unreachable)"
	}
	return f.text(function.Name, operands)
}

func (f form) text(name string, operands []string) string {
	words := []string{"call $" + name}
	for _, place := range f.places {
		if place == one {
			words = append(words, "(i32.const 1)")
		} else {
			words = append(words, operands[place])
		}
	}
	return "(" + strings.Join(words, " ") + ")"
}
