// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/wasm"
)

// A Found is a function of the program's allocator.
type Found struct {
	Name  string // by which it was found
	Index uint32 // in the program as it was
	does  contract.Function
}

// A called is a name of a function.
type called struct {
	name     string
	index    uint32
	exported bool
}

// namesOf lists the names that functions have: those of exports and imports, and those of
// the name section.
func namesOf(m *wasm.Module) (list []called) {
	for _, x := range m.Exports {
		if x.Kind == wasm.KindFunc {
			list = append(list, called{x.Name, behind(m, x.Index), true})
		}
	}
	for i, im := range m.Imported(wasm.KindFunc) {
		list = append(list, called{im.Name, uint32(i), false})
	}
	for _, f := range m.Names(wasm.KindFunc) {
		list = append(list, called{f.Name, f.Index, false})
	}
	return list
}

// behind returns the function that one which is exported calls with the same operands, if
// it does nothing else but call functions that have none. Linkers export such functions of
// commands, to run constructors and destructors around each call, and calls from within
// the program pass them by.
func behind(m *wasm.Module, export uint32) uint32 {
	f, err := m.Func(export)
	t, typeErr := m.FuncType(export)
	if f == nil || err != nil || typeErr != nil || len(t.Params) == 0 {
		return export
	}
	inner, passed := export, 0
	for _, in := range f.Body {
		switch in.Op {
		case wasm.OpLocalGet:
			if int(in.Index) == passed {
				passed++
			}
		case wasm.OpLocalSet, wasm.OpReturn, wasm.OpEnd:
		case wasm.OpCall:
			switch c, err := m.FuncType(in.Index); {
			case err != nil:
				return export
			case len(c.Params)+len(c.Results) == 0:
			case inner == export && passed == len(t.Params) && slices.Equal(c.Params, t.Params) && slices.Equal(c.Results, t.Results):
				inner = in.Index
			default:
				return export
			}
		default:
			return export
		}
	}
	return inner
}

// find finds the allocator's functions, by the names that the user gives and by those
// that toolchains give.
func find(m *wasm.Module, given map[string]string) ([]Found, error) {
	all := namesOf(m)
	var list []Found
	add := func(c called, f contract.Function) {
		if !slices.ContainsFunc(list, func(x Found) bool { return x.Index == c.index }) {
			list = append(list, Found{c.name, c.index, f})
		}
	}
	for function, name := range given {
		c, f, err := findGiven(m, all, function, name)
		if err != nil {
			return nil, err
		}
		add(c, f)
	}
	for _, known := range [][]family{families, generic} {
		if len(list) > 0 && len(given) == 0 {
			break
		}
		for _, c := range all {
			t, err := m.FuncType(c.index)
			if err != nil {
				continue // a name section may say anything
			}
			for _, family := range known {
				if f, ok := family.match(c.name, t, c.exported); ok {
					add(c, f)
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b Found) int { return int(a.Index) - int(b.Index) })
	if !slices.ContainsFunc(list, func(x Found) bool { return x.does.Role.Makes() }) {
		return nil, nothing(m, all)
	}
	return list, nil
}

// findGiven finds the function that a user names, by a name or by its index.
func findGiven(m *wasm.Module, all []called, function, name string) (c called, f contract.Function, err error) {
	i := slices.IndexFunc(all, func(c called) bool { return c.name == name })
	n, notNumber := strconv.ParseUint(name, 10, 32)
	switch {
	case i >= 0:
		c = all[i]
	case notNumber == nil:
		c = called{name: name, index: uint32(n)}
	default:
		return c, f, fmt.Errorf("function %q is not in the program%s", name, suggestion(all))
	}
	t, err := m.FuncType(c.index)
	if err != nil {
		return c, f, err
	}
	f, ok := among(byHand(), function, t)
	if !ok {
		known := slices.ContainsFunc(byHand(), func(f contract.Function) bool { return f.Name == function })
		if !known {
			return c, f, fmt.Errorf("%q is no function that is recorded: name one such as malloc, free or realloc", function)
		}
		return c, f, fmt.Errorf("%s has the type %v to %v, which is not that of %s", plain.Text(name), t.Params, t.Results, function)
	}
	return c, f, nil
}

// nothing words that no function was found that makes blocks.
func nothing(m *wasm.Module, all []called) error {
	if len(all) == len(m.Imported(wasm.KindFunc))+exportedFuncs(m) {
		return fmt.Errorf("no function of an allocator is found, and the program has no name section: export the functions, as with -Wl,--export=NAME, or keep the names, which strip and wasm-opt drop (clang -O runs wasm-opt), or say --function malloc=INDEX%s", suggestion(all))
	}
	return fmt.Errorf("no function of an allocator is found: name the functions with --function malloc=NAME%s", suggestion(all))
}

func exportedFuncs(m *wasm.Module) (n int) {
	for _, x := range m.Exports {
		if x.Kind == wasm.KindFunc {
			n++
		}
	}
	return n
}

// suggestion lists the names that could be meant.
func suggestion(all []called) string {
	const most = 12
	var list []string
	for _, c := range all {
		if name := plain.Text(c.name); likely(name) && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	switch {
	case len(list) == 0:
		return ""
	case len(list) > most:
		list = append(list[:most], "…")
	}
	return "; these could be meant: " + strings.Join(list, ", ")
}
