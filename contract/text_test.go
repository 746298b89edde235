// SPDX-License-Identifier: MIT OR Apache-2.0

package contract_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/genalloc/genalloc/contract"
)

// hostileNames are names that a text format or a terminal may trip over. All are UTF-8.
var hostileNames = []string{
	" ", "  a  ", "'", "''", `"`, `\`, `\'`, "a'b", "=", "a=b", "--dirty", "-", "\n", "a\nb", "\r\n", "\t",
	"\x00", "\x1b[2J", "$(id)", "`id`", "*", "~", ";;", "(;", "(import", "é", "日本", "🙂", "\u202e", "import:a.b", ",",
}

func TestHostileNamesRoundTrip(t *testing.T) {
	for _, name := range hostileNames {
		t.Run(fmt.Sprintf("%q", name), func(t *testing.T) {
			o := contract.Order{Export: map[string]string{"alloc": name}, MemoryName: "m" + name}
			undotted := strings.ReplaceAll(name, ".", "-") // an import's name has no dot
			o.HeapBase = contract.HeapBase{Module: name, Name: undotted}
			roundTrip(t, o)
			o.Memory, o.MemoryName = contract.ImportMemory, name+".m"+undotted
			roundTrip(t, o)
		})
	}
}

// fataler is what testing.T and rapid.T share.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// roundTrip holds the contract of a valid order against what its own text says.
func roundTrip(t fataler, o contract.Order) {
	t.Helper()
	c, err := o.Settle()
	if err != nil {
		t.Fatalf("order %+v: %v", o, err)
	}
	text := c.String()
	got, err := contract.Parse(text)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	if got.String() != text {
		t.Fatalf("text %q comes back as %q", text, got.String())
	}
	if difference := differ(got, c); difference != "" {
		t.Fatalf("text %q: %s", text, difference)
	}
	if (text == "") != (len(c.Args()) == 0) {
		t.Fatalf("text is %q, but the arguments are %q", text, c.Args())
	}
}

// differ names a field in which the contracts differ. A function exported under
// its own name may or may not be in Export.
func differ(a, b contract.Contract) string {
	for _, c := range []*contract.Contract{&a, &b} {
		names := map[string]string{}
		for _, f := range c.Functions {
			names[f] = c.ExportName(f)
		}
		c.Export = names
	}
	va, vb := reflect.ValueOf(a.Order), reflect.ValueOf(b.Order)
	for i := range va.NumField() {
		f := va.Type().Field(i)
		if f.IsExported() && !reflect.DeepEqual(va.Field(i).Interface(), vb.Field(i).Interface()) {
			return fmt.Sprintf("%s is %v and %v", f.Name, va.Field(i), vb.Field(i))
		}
	}
	return ""
}

// genName draws a name in UTF-8, hostile ones often.
func genName(label string) func(t *rapid.T) string {
	return func(t *rapid.T) string {
		return rapid.OneOf(
			rapid.SampledFrom(hostileNames),
			rapid.StringN(1, 12, -1).Filter(utf8.ValidString),
		).Draw(t, label)
	}
}

// genOrder draws an order that is valid more often than not.
func genOrder(t *rapid.T) contract.Order {
	power := func(label string) uint32 { return 1 << rapid.IntRange(0, 31).Draw(t, label) }
	c := contract.Order{Export: map[string]string{}}
	c.Functions = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"alloc", "alloc_zeroed", "dealloc", "realloc"}), 1, 4, rapid.ID).Draw(t, "functions")
	for _, f := range c.Functions {
		if rapid.Bool().Draw(t, "rename "+f) {
			c.Export[f] = genName("export")(t)
		}
	}
	c.Target = rapid.SampledFrom([]contract.Target{contract.Wasm2, contract.MVP, contract.Stylus, contract.CosmWasm, contract.Wasm3}).Draw(t, "target")
	c.OOM = rapid.SampledFrom([]contract.OOM{contract.OOMNull, contract.OOMTrap}).Draw(t, "oom")
	c.Optimize = rapid.SampledFrom([]contract.Optimize{contract.Balanced, contract.Gas, contract.Size}).Draw(t, "optimize")
	c.Dirty = rapid.Bool().Draw(t, "dirty")
	c.Names = rapid.Bool().Draw(t, "names")
	if rapid.Bool().Draw(t, "fixed") {
		c.FixedAlign = power("fixed align")
	} else {
		c.MinAlign = power("min align")
	}
	c.InitialPages = rapid.Uint32Range(1, contract.MaxPages).Draw(t, "initial")
	if rapid.Bool().Draw(t, "bounded") {
		c.MaxPages = rapid.Uint32Range(c.InitialPages, contract.MaxPages).Draw(t, "max")
	}
	if rapid.Bool().Draw(t, "lists") {
		c.Strategy = contract.Lists
		c.Classes = rapid.SampledFrom([]uint32{1, 2, 4, 8}).Draw(t, "classes")
		c.MaxBlock = rapid.Uint64Range(8, contract.MaxListed).Draw(t, "max block")
		c.NoSplit = rapid.Bool().Draw(t, "no split")
	}
	switch rapid.IntRange(0, 4).Draw(t, "width and threads") {
	case 0:
		c.Memory64 = true
		if c.Strategy == contract.Lists {
			c.MaxBlock = rapid.Uint64Range(8, contract.MaxListed64).Draw(t, "max block of 64 bits")
		}
	case 1:
		c.Threads = true
		c.Chunk = rapid.Uint32Range(0, 64).Draw(t, "pages of a chunk")
	}
	c.Grow.Policy = rapid.SampledFrom([]contract.Policy{contract.GrowExact, contract.GrowChunk, contract.GrowDouble, contract.GrowNever}).Draw(t, "grow")
	if c.Grow.Policy == contract.GrowChunk {
		c.Grow.Chunk = rapid.Uint32Range(1, contract.MaxPages-1).Draw(t, "chunk")
	}
	if rapid.Bool().Draw(t, "base imported") {
		// The module is what lies before the last dot.
		c.HeapBase = contract.HeapBase{Module: genName("base module")(t), Name: strings.ReplaceAll(genName("base name")(t), ".", "-")}
	} else {
		end := min(uint64(c.InitialPages)*contract.PageSize, 1<<32-1)
		c.HeapBase.Address = uint32(rapid.Uint64Range(1, end).Draw(t, "base"))
	}
	if rapid.Bool().Draw(t, "memory imported") {
		c.Memory, c.MemoryName = contract.ImportMemory, genName("memory module")(t)+"."+strings.ReplaceAll(genName("memory name")(t), ".", "-")
	} else if rapid.Bool().Draw(t, "memory named") {
		c.MemoryName = genName("memory")(t)
	}
	return c
}

func TestRoundTripProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		valid := func(o contract.Order) bool { _, err := o.Settle(); return err == nil }
		roundTrip(t, rapid.Custom(genOrder).Filter(valid).Draw(t, "order"))
	})
}

// TestParseOlderText reads the text of modules made when an imported memory could leave
// its heap base out: it is 1024, and the canonical text now says so.
// TestThirdPartyAlign: a third-party malloc aligns to 16 unless an order says less.
func TestThirdPartyAlign(t *testing.T) {
	for text, want := range map[string]uint32{
		"--abi=c --strategy=any": 16, "--abi=c --strategy=any --min-align=8": 8, "--abi=c --strategy=any --min-align=1": 1,
		"--abi=c": 1, "--strategy=any": 1,
	} {
		c, err := contract.Parse(text)
		if err != nil || c.MinAlign != want || c.String() != text {
			t.Errorf("%s: alignment %d, text %s, %v; want %d", text, c.MinAlign, c, err, want)
		}
	}
}

func TestParseOlderText(t *testing.T) {
	for _, text := range []string{"--memory=import", "--memory=import --heap-base=1024"} {
		c, err := contract.Parse(text)
		if err != nil || c.HeapBase.Address != 1024 || c.String() != "--memory=import --heap-base=1024" {
			t.Errorf("Parse(%q): heap base %s, text %q, error %v", text, c.HeapBase, c.String(), err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ text, says string }{
		{"dirty", `"dirty" is not a flag`},
		{"-d", `"-d" is not a flag`},
		{"--", "no such parameter"},
		{"''", `"" is not a flag`},
		{"--dirty '", "a quote is not closed"},
		{"--export='alloc=a", "a quote is not closed"},
		{"--nonsense=1", "flag --nonsense: no such parameter"},
		{"--max-pages=0", "flag --max-pages: 0 is not a number of pages"},
		{"--max-pages", `flag --max-pages: "true" is not a whole number`},
		{"--heap-base=0", "flag --heap-base: 0 is the null address"},
		{"--dirty\n--names", "flag --dirty"},
	} {
		c, err := contract.Parse(test.text)
		if err == nil || !strings.HasPrefix(err.Error(), "contract text: ") || !strings.Contains(err.Error(), test.says) {
			t.Errorf("Parse(%q): error is %v, want contract text: ... %s", test.text, err, test.says)
		}
		if !reflect.DeepEqual(c, contract.Contract{}) {
			t.Errorf("Parse(%q) returns a contract beside its error", test.text)
		}
	}
}

func TestParseQuoting(t *testing.T) {
	for _, text := range []string{
		`--export=alloc=a' 'b`,
		`'--export=alloc=a b'`,
		`--export='alloc=a b'`,
		`--export=alloc=a\ b`,
		`  --export=alloc=a\ b  `,
	} {
		c, err := contract.Parse(text)
		if err != nil {
			t.Errorf("Parse(%q): %v", text, err)
		} else if got := c.ExportName("alloc"); got != "a b" {
			t.Errorf("Parse(%q) exports alloc as %q, want \"a b\"", text, got)
		}
	}
}

// FuzzParse looks for text that is accepted and does not come back.
func FuzzParse(f *testing.F) {
	for _, tests := range values {
		for _, v := range tests {
			f.Add(v.words)
		}
	}
	for _, test := range refusals {
		f.Add("--" + strings.Join(test.words, " --"))
	}
	for _, name := range hostileNames {
		f.Add("--export='alloc=" + name + "' --memory-name=" + name)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := contract.Parse(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "contract text: ") {
				t.Fatalf("Parse(%q): error is %v", text, err)
			}
			return
		}
		roundTrip(t, c.Order)
	})
}
