// SPDX-License-Identifier: MIT OR Apache-2.0

package stylus

import (
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/wasm"
)

// The most that a contract may have of what costs time to activate (binary.rs, parse_user).
// The chain counts when it has added its metering, so that a function somewhat below the
// limit of instructions is refused too.
const (
	maxSegments = 128
	maxFuncs    = 4096
	maxGlobals  = 32768 - 4 // which the chain adds
	maxImports  = 513
	maxEntries  = 4096 // in all tables, and in all element segments
	maxLocals   = 348  // of a function, parameters not included
	maxInstrs   = 65536
)

const reservedName = "stylus"

func checkLimits(m *wasm.Module) error {
	tables, entries := uint64(0), uint64(0)
	for _, t := range m.Tables {
		tables += t.Limits.Min
	}
	for _, e := range m.Elements {
		entries += uint64(max(len(e.Funcs), len(e.Exprs)))
	}
	for _, x := range []struct {
		what       string
		count, max uint64
	}{
		{"data segments", uint64(len(m.Data)), maxSegments},
		{"element segments", uint64(len(m.Elements)), maxSegments},
		{"functions", uint64(len(m.Funcs)), maxFuncs},
		{"globals", uint64(len(m.Globals)), maxGlobals},
		{"imports", uint64(len(m.Imports)), maxImports},
		{"table entries", tables, maxEntries},
		{"entries of element segments", entries, maxEntries},
	} {
		if x.count > x.max {
			return fmt.Errorf("%d %s: %d at most", x.count, x.what, x.max)
		}
	}
	return checkSizes(m)
}

// checkSizes looks at each function on its own.
func checkSizes(m *wasm.Module) error {
	for i, f := range m.Funcs {
		locals := uint64(0)
		for _, l := range f.Locals {
			locals += uint64(l.Count)
		}
		index := m.NumImported(wasm.KindFunc) + i
		switch {
		case locals > maxLocals:
			return fmt.Errorf("func[%d]: %d locals: %d at most", index, locals, maxLocals)
		case len(f.Body) > maxInstrs:
			return fmt.Errorf("func[%d]: %d instructions: %d at most", index, len(f.Body), maxInstrs)
		}
	}
	return nil
}

// checkNames refuses names that the chain uses, or could take for another's (binary.rs,
// parse). Of an export it reads what is behind the last two underscores.
func checkNames(m *wasm.Module) error {
	exported := map[string]bool{}
	for _, e := range m.Exports {
		name := e.Name[strings.LastIndex("__"+e.Name, "__"):]
		exported[name] = true
		if strings.HasPrefix(name, reservedName) {
			return fmt.Errorf("export %q: names with %q are reserved", e.Name, reservedName)
		}
	}
	types := map[string]string{}
	for _, im := range m.Imports {
		if im.Kind != wasm.KindFunc {
			continue // which checkImports refuses
		}
		t := m.Types[im.Type].String()
		before, again := types[im.Name]
		types[im.Name] = t
		switch {
		case strings.HasPrefix(im.Name, reservedName):
			return fmt.Errorf("import %q: names with %q are reserved", im.Name, reservedName)
		case exported[im.Name]:
			return fmt.Errorf("import %q: an export has the same name", im.Name)
		case again && before != t:
			return fmt.Errorf("import %q: of type %s, and of type %s before", im.Name, t, before)
		}
	}
	return nil
}
