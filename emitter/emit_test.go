// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/grid"
	"github.com/genalloc/genalloc/wasm"
)

// TestSame emits each contract of the table of parameters twice, and once more
// from the text that the first module carries.
func TestSame(t *testing.T) {
	rows, _ := grid.Cover()
	for _, r := range rows {
		c := parse(t, r.Text())
		first := emit(t, c)
		if !bytes.Equal(emit(t, c), first) {
			t.Errorf("%s: two emissions differ", c)
		}
		m, err := wasm.Decode(first)
		if err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		text, ok := m.Custom(contract.SectionName)
		if !ok || string(text) != c.String() {
			t.Errorf("%s: the module carries %q, %v", c, text, ok)
		}
		if !bytes.Equal(emit(t, parse(t, string(text))), first) {
			t.Errorf("%s: the module made from the text it carries differs", c)
		}
	}
}

// TestThirdParty refuses to make what is described as somebody else's.
func TestThirdParty(t *testing.T) {
	c := parse(t, "--strategy=any")
	for name, f := range map[string]func() error{
		"Emit":     func() error { _, err := emitter.Emit(c); return err },
		"WAT":      func() error { _, err := emitter.WAT(c); return err },
		"NewModel": func() error { _, err := emitter.NewModel(c); return err },
	} {
		var flag *contract.FlagError
		if err := f(); !errors.As(err, &flag) || flag.Flag != "strategy" {
			t.Errorf("%s: error is %v, want a FlagError of strategy", name, err)
		}
	}
}

// TestUnsettled refuses a contract that nobody settled, and says how to make one.
func TestUnsettled(t *testing.T) {
	if _, err := emitter.Emit(contract.Contract{}); err == nil || !strings.Contains(err.Error(), "make it with Order.Settle") {
		t.Errorf("error is %v", err)
	}
}

func TestAssembleErrors(t *testing.T) {
	for _, text := range []string{"(module", "(module (func $f (result i32)))x", "(module (func call $nobody))"} {
		if _, err := emitter.Assemble(text, contract.Default()); err == nil || !strings.HasPrefix(err.Error(), "assembler: ") {
			t.Errorf("%q: error is %v, want assembler: ...", text, err)
		}
	}
}

// TestNames checks that names are kept where asked for, and cost nothing else.
func TestNames(t *testing.T) {
	for _, text := range []string{"", "--optimize=gas", "--optimize=size"} {
		without := decode(t, emit(t, parse(t, text)))
		with := decode(t, emit(t, parse(t, text+" --names")))
		if _, ok := without.Custom("name"); ok {
			t.Errorf("%s: the module has names without --names", text)
		}
		names, ok := with.Custom("name")
		if !ok || !bytes.Contains(names, []byte("alloc")) {
			t.Errorf("%s: the names are %q with --names", text, names)
		}
		sameCode(t, with, without)
	}
}

func decode(t *testing.T, b []byte) *wasm.Module {
	t.Helper()
	m, err := wasm.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sameCode compares everything but custom sections, and the order of types.
func sameCode(t *testing.T, a, b *wasm.Module) {
	t.Helper()
	if len(a.Funcs) != len(b.Funcs) {
		t.Fatalf("%d functions and %d", len(a.Funcs), len(b.Funcs))
	}
	imported := uint32(a.NumImported(wasm.KindFunc))
	for i := range a.Funcs {
		ta, errA := a.FuncType(imported + uint32(i))
		tb, errB := b.FuncType(imported + uint32(i))
		if errA != nil || errB != nil || fmt.Sprint(ta) != fmt.Sprint(tb) {
			t.Errorf("func[%d]: type %v and %v", i, ta, tb)
		}
		if fmt.Sprint(a.Funcs[i].Locals) != fmt.Sprint(b.Funcs[i].Locals) {
			t.Errorf("func[%d]: locals %v and %v", i, a.Funcs[i].Locals, b.Funcs[i].Locals)
		}
		textA, textB := wasm.BodyText(a.Funcs[i].Body, "  "), wasm.BodyText(b.Funcs[i].Body, "  ")
		if textA != textB {
			t.Errorf("func[%d]: body\n%s\nand\n%s", i, textA, textB)
		}
	}
	for _, part := range [][2]string{
		{fmt.Sprint(a.Exports), fmt.Sprint(b.Exports)},
		{fmt.Sprint(a.Memories), fmt.Sprint(b.Memories)},
		{globals(a), globals(b)},
		{imports(a), imports(b)},
	} {
		if part[0] != part[1] {
			t.Errorf("%s\nand\n%s", part[0], part[1])
		}
	}
}

func globals(m *wasm.Module) string {
	var b strings.Builder
	for _, g := range m.Globals {
		fmt.Fprintf(&b, "%v %s", g.Type, wasm.BodyText(g.Init, ""))
	}
	return b.String()
}

func imports(m *wasm.Module) string {
	var b strings.Builder
	for _, im := range m.Imports {
		fmt.Fprintf(&b, "%q %q %v %v %v\n", im.Module, im.Name, im.Kind, im.Memory, im.Global)
	}
	return b.String()
}

// TestHostileNames checks that a name stays a name: in the module it is what was
// asked for, and in the text it ends neither its string nor its comment.
func TestHostileNames(t *testing.T) {
	plain := decode(t, emit(t, parse(t, "--memory=import --heap-base=import:m.n --export=alloc=a")))
	for _, name := range []string{
		" ", `"`, `\`, `") (start 0) (;`, "'", "=", "--dirty", "\n", "a\n(start 0)\n;;", "\r(start 0)", "\x00", "\x1b[2J",
		";;", ";)", "(;", "{{.Command}}", "é", "日本", "\u202e", "\u2028(start 0)", "\u0085", "%s",
	} {
		t.Run(fmt.Sprintf("%q", name), func(t *testing.T) {
			undotted := strings.ReplaceAll(name, ".", "-")
			c := contract.Must(contract.Order{
				Export: map[string]string{"alloc": name},
				Memory: contract.ImportMemory, MemoryName: name + ".memory",
				HeapBase: contract.HeapBase{Module: name, Name: undotted},
			}.Settle())
			text, err := emitter.WAT(c)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range text {
				if r != '\n' && r < ' ' || r == 0x7f {
					t.Errorf("the text has the control character %#x", r)
					break
				}
			}
			m := decode(t, emit(t, c))
			got := []string{m.Imports[0].Module, m.Imports[0].Name, m.Imports[1].Module, m.Imports[1].Name, m.Exports[0].Name}
			if want := []string{name, "memory", name, undotted, name}; !slices.Equal(got, want) {
				t.Errorf("names are %q, want %q", got, want)
			}
			// But for names, the module is that of plain ones.
			for i := range m.Imports {
				m.Imports[i].Module, m.Imports[i].Name = plain.Imports[i].Module, plain.Imports[i].Name
			}
			m.Exports[0].Name = plain.Exports[0].Name
			sameCode(t, m, plain)
			if m.Start != nil {
				t.Error("a name has become a start function")
			}
		})
	}
}
