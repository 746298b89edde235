// SPDX-License-Identifier: MIT OR Apache-2.0

package contract_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// settled sets the words on the default contract and validates it.
func settled(t *testing.T, words ...[2]string) contract.Contract {
	t.Helper()
	var o contract.Order
	for _, w := range words {
		if err := contract.Set(&o, w[0], w[1]); err != nil {
			t.Fatal(err)
		}
	}
	c, err := o.Settle()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefault(t *testing.T) {
	c := settled(t)
	if got := c.String(); got != "" {
		t.Errorf("canonical text of the default is %q, want none", got)
	}
	if got := c.Args(); len(got) != 0 {
		t.Errorf("arguments of the default are %q, want none", got)
	}
	if got := c.Imports(); len(got) != 0 {
		t.Errorf("the default imports %v, want nothing", got)
	}
	parsed, err := contract.Parse("")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(parsed, c) {
		t.Errorf("Parse of no text is\n%+v, want the default\n%+v", parsed, c)
	}
	if want := []string{"alloc", "alloc_zeroed", "dealloc", "realloc"}; !slices.Equal(c.Functions, want) {
		t.Errorf("functions are %v, want %v", c.Functions, want)
	}
}

// TestSettledTwice settles a contract's own order: nothing changes.
func TestSettledTwice(t *testing.T) {
	for _, text := range []string{
		"", "--abi=c", "--abi=core,cabi", "--abi=core,cabi --functions=-cabi_realloc",
		"--abi=core,cabi,wasm-bindgen,proxy-wasm --functions=alloc,alloc_zeroed,dealloc,realloc",
		"--memory=import", "--heap-base=linker", "--functions=dealloc,alloc",
	} {
		c, err := contract.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if again, err := c.Settle(); err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("%s: settled twice it is\n%+v, once\n%+v, error %v", text, again, c, err)
		}
	}
}

// TestCopiesAreApart checks that a copy of an order can be changed.
func TestCopiesAreApart(t *testing.T) {
	c := settled(t, [2]string{"export", "dealloc=x"})
	o := c.Order
	if err := contract.Set(&o, "export", "alloc=y"); err != nil || c.ExportName("alloc") != "alloc" {
		t.Errorf("alloc is now %s in the original, error %v", c.ExportName("alloc"), err)
	}
}

// TestRoles checks that the stages can tell each function by its roles.
func TestRoles(t *testing.T) {
	for _, abi := range contract.ABIs {
		for _, f := range abi.Functions() {
			for _, p := range f.Params {
				if p.Role == "" {
					t.Errorf("%s: parameter %s has no role", f.Name, p.Name)
				}
			}
			if makes := f.Result == contract.BlockResult || f.Param(contract.OutParam) >= 0; makes != f.Role.Makes() {
				t.Errorf("%s: it %s, and returns a block: %v", f.Name, f.Role, makes)
			}
			if (f.Result == contract.NoResult) != (len(f.Results) == 0) {
				t.Errorf("%s: its result is %q, its types are %v", f.Name, f.Result, f.Results)
			}
		}
	}
}

// TestOnly narrows a contract to one of its ABIs.
func TestOnly(t *testing.T) {
	c := settled(t, [2]string{"abi", "core,cabi"}, [2]string{"functions", "-dealloc"})
	core, cabi := c.Only(contract.Core), c.Only(contract.CABI)
	if want := []string{"alloc", "alloc_zeroed", "realloc"}; !slices.Equal(core.Functions, want) || core.OOM != contract.OOMNull {
		t.Errorf("core alone: %v, %s, want %v and null", core.Functions, core.OOM, want)
	}
	if !cabi.HasRole(contract.Resizes) || cabi.HasRole(contract.Allocates) || cabi.OOM != contract.OOMTrap {
		t.Errorf("cabi alone: %v, %s", cabi.Functions, cabi.OOM)
	}
	if f, ok := c.Function(contract.Frees); ok {
		t.Errorf("%s frees, though --functions leaves it out", f.Name)
	}
}

func TestImports(t *testing.T) {
	pay := contract.Import{Module: "vm_hooks", Name: "pay_for_memory_grow", Kind: "func"}
	for _, test := range []struct {
		text string
		want []contract.Import
	}{
		{"", nil},
		{"--memory=import", []contract.Import{{Module: "env", Name: "memory", Kind: "memory"}}},
		{"--memory=import --memory-name=./a.js.mem", []contract.Import{{Module: "./a.js", Name: "mem", Kind: "memory"}}},
		{"--heap-base=import:env.__heap_base", []contract.Import{{Module: "env", Name: "__heap_base", Kind: "global"}}},
		{"--memory=import --heap-base=import:env.base", []contract.Import{
			{Module: "env", Name: "memory", Kind: "memory"}, {Module: "env", Name: "base", Kind: "global"}}},
		{"--on-grow=env.grown", []contract.Import{{Module: "env", Name: "grown", Kind: "func", Event: contract.Grown}}},
		{"--target=stylus", []contract.Import{pay}},
		{"--target=stylus --max-pages=128", []contract.Import{pay}},
		{"--target=stylus --initial-pages=8 --max-pages=8", nil},
		{"--target=stylus --grow=never", []contract.Import{pay}},
	} {
		c, err := contract.Parse(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if got := c.Imports(); !slices.Equal(got, test.want) {
			t.Errorf("%s: imports are %v, want %v", test.text, got, test.want)
		}
	}
}

func TestSignatures(t *testing.T) {
	type signature struct {
		export  string
		params  []string
		results int
	}
	for _, test := range []struct {
		text string
		want []signature
	}{
		{"", []signature{
			{"alloc", []string{"size", "align"}, 1},
			{"alloc_zeroed", []string{"size", "align"}, 1},
			{"dealloc", []string{"ptr", "size", "align"}, 0},
			{"realloc", []string{"ptr", "old_size", "align", "new_size"}, 1},
		}},
		{"--fixed-align=16 --functions=realloc,alloc", []signature{
			{"alloc", []string{"size"}, 1},
			{"realloc", []string{"ptr", "old_size", "new_size"}, 1},
		}},
		{"--functions=alloc_zeroed,dealloc --export=dealloc=free", []signature{
			{"alloc_zeroed", []string{"size", "align"}, 1},
			{"free", []string{"ptr", "size", "align"}, 0},
		}},
	} {
		c, err := contract.Parse(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		var got []signature
		for _, f := range c.Signatures() {
			s := signature{export: f.Export, results: len(f.Results)}
			for _, p := range f.Params {
				s.params = append(s.params, p.Name)
				if p.Type != contract.I32 {
					t.Errorf("%s: %s(%s) is %s, want i32", test.text, f.Name, p.Name, p.Type)
				}
			}
			if f.Doc == "" {
				t.Errorf("%s: %s has no line of documentation", test.text, f.Name)
			}
			got = append(got, s)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: signatures are\n%v, want\n%v", test.text, got, test.want)
		}
	}
}

func TestDerived(t *testing.T) {
	for _, test := range []struct {
		text    string
		limit   uint32
		canGrow bool
		align   uint32
	}{
		{"", 65536, true, 1},
		{"--max-pages=65536", 65536, true, 1},
		{"--max-pages=1", 1, false, 1},
		{"--max-pages=2 --min-align=8", 2, true, 8},
		{"--grow=never --fixed-align=16", 65536, false, 16},
		{"--initial-pages=65536 --fixed-align=2147483648", 65536, false, 1 << 31},
	} {
		c, err := contract.Parse(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if c.PageLimit() != uint64(test.limit) || c.CanGrow() != test.canGrow || c.Align() != test.align {
			t.Errorf("%s: limit %d, can grow %v, align %d; want %d, %v, %d", test.text,
				c.PageLimit(), c.CanGrow(), c.Align(), test.limit, test.canGrow, test.align)
		}
	}
}

// TestSettle checks what Validate writes rather than refuses, and that
// a second Validate changes nothing.
func TestSettle(t *testing.T) {
	c := settled(t, [2]string{"functions", "realloc,alloc"}, [2]string{"memory", "import"}, [2]string{"heap-base", "1024"})
	if want := []string{"alloc", "realloc"}; !slices.Equal(c.Functions, want) {
		t.Errorf("functions are %v, want the ABI's order %v", c.Functions, want)
	}
	if c.MemoryName != "env.memory" {
		t.Errorf("the imported memory is %q, want env.memory", c.MemoryName)
	}
}

func TestSplitImport(t *testing.T) {
	for _, test := range []struct{ in, module, name string }{
		{"env.memory", "env", "memory"},
		{"./memory.js.mem", "./memory.js", "mem"},
		{"a..b", "a.", "b"},
		{"é.ü", "é", "ü"},
	} {
		module, name, err := contract.SplitImport(test.in)
		if module != test.module || name != test.name || err != nil {
			t.Errorf("SplitImport(%q) = %q, %q, %v; want %q, %q", test.in, module, name, err, test.module, test.name)
		}
	}
	for _, in := range []string{"", ".", "memory", ".memory", "env."} {
		if _, _, err := contract.SplitImport(in); err == nil {
			t.Errorf("SplitImport(%q) is accepted", in)
		}
	}
}

// TestFlagError checks that the reason can be had without the flag.
func TestFlagError(t *testing.T) {
	err := contract.Set(new(contract.Order), "max-pages", "0")
	var flag *contract.FlagError
	if !errors.As(err, &flag) || flag.Flag != "max-pages" {
		t.Fatalf("error is %#v, want a FlagError of max-pages", err)
	}
	if got, want := flag.Error(), "flag --max-pages: "+flag.Unwrap().Error(); got != want {
		t.Errorf("message is %q, want %q", got, want)
	}
}
