// SPDX-License-Identifier: MIT OR Apache-2.0

package contract_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// values holds, for each flag, words that are accepted beside those that the
// contract needs to make sense of them, and the canonical text that comes of it.
var values = map[string][]struct{ words, want string }{
	"abi": {{"--abi=core", ""}, {"--abi=c --functions=malloc,free", "--abi=c --functions=malloc,free"}},
	"functions": {
		{"--functions=alloc", "--functions=alloc"},
		{"--functions=alloc_zeroed", "--functions=alloc_zeroed"},
		{"--functions=realloc", "--functions=realloc"},
		{"--functions=realloc,alloc", "--functions=alloc,realloc"},
		{"--functions=realloc,dealloc,alloc_zeroed,alloc", ""},
	},
	"export": {
		{"--export=alloc=alloc", ""},
		{"--export=alloc=my_alloc", "--export=alloc=my_alloc"},
		{"--export=realloc=r --export=alloc=a", "--export=alloc=a --export=realloc=r"},
		{"--export=alloc=a --export=alloc=a", "--export=alloc=a"},
		{"--export=alloc=a=b", "--export=alloc=a=b"},
		{"--export=alloc=dealloc --export=dealloc=alloc", "--export=alloc=dealloc --export=dealloc=alloc"},
	},
	"target": {
		{"--target=wasm2", ""},
		{"--target=mvp", "--target=mvp"},
		{"--target=stylus", "--target=stylus"},
		{"--target=cosmwasm", "--target=cosmwasm"},
		{"--target=wasm3", "--target=wasm3"},
	},
	"strategy": {{"--strategy=bump", ""}, {"--strategy=lists", "--strategy=lists"}},
	"classes": {
		{"--strategy=lists --classes=4", "--strategy=lists"},
		{"--classes=1 --strategy=lists", "--strategy=lists --classes=1"},
		{"--strategy=lists --classes=8", "--strategy=lists --classes=8"},
	},
	"max-block": {
		{"--strategy=lists --max-block=2147483648", "--strategy=lists"},
		{"--strategy=lists --max-block=8", "--strategy=lists --max-block=8"},
		{"--strategy=lists --memory64 --max-block=2147483648", "--strategy=lists --max-block=2147483648 --memory64"},
		{"--strategy=lists --memory64 --max-block=9223372036854775808", "--strategy=lists --memory64"},
		{"--max-block=0x1001 --strategy=lists", "--strategy=lists --max-block=4097"},
	},
	"split": {
		{"--strategy=lists --split", "--strategy=lists"},
		{"--strategy=lists --split=false", "--strategy=lists --split=false"},
		{"--split=true", ""},
	},
	"join": {
		{"--strategy=lists --abi=c --join", "--abi=c --strategy=lists"},
		{"--strategy=lists --abi=c --join=false", "--abi=c --strategy=lists --join=false"},
	},
	"memory": {
		{"--memory=export", ""},
		{"--memory=import --heap-base=1024", "--memory=import --heap-base=1024"},
	},
	"memory-name": {
		{"--memory-name=memory", ""},
		{"--memory-name=mem", "--memory-name=mem"},
		{"--memory-name=env.memory", "--memory-name=env.memory"},
		{"--memory=import --memory-name=env.memory --heap-base=8", "--memory=import --heap-base=8"},
		{"--memory=import --memory-name=js.mem --heap-base=8", "--memory=import --memory-name=js.mem --heap-base=8"},
		{"--heap-base=8 --memory-name=js.mem --memory=import", "--memory=import --memory-name=js.mem --heap-base=8"},
	},
	"initial-pages": {
		{"--initial-pages=1", ""},
		{"--initial-pages=0x10", "--initial-pages=16"},
		{"--initial-pages=65536", "--initial-pages=65536"},
	},
	"max-pages": {
		{"--max-pages=1", "--max-pages=1"},
		{"--max-pages=65536", "--max-pages=65536"},
	},
	"heap-base": {
		{"--heap-base=1", "--heap-base=1"},
		{"--heap-base=0x400", ""},
		{"--heap-base=65536", "--heap-base=65536"},
		{"--initial-pages=65536 --heap-base=4294967295", "--initial-pages=65536 --heap-base=4294967295"},
		{"--heap-base=import:env.__heap_base", "--heap-base=import:env.__heap_base"},
		{"--heap-base=import:./a.js.base", "--heap-base=import:./a.js.base"},
	},
	"grow": {
		{"--grow=exact", ""},
		{"--grow=chunk=1", "--grow=chunk=1"},
		{"--grow=chunk=65535", "--grow=chunk=65535"},
		{"--grow=double", "--grow=double"},
		{"--grow=never", "--grow=never"},
	},
	"min-align": {
		{"--min-align=1", ""},
		{"--min-align=8", "--min-align=8"},
		{"--min-align=2147483648", "--min-align=2147483648"},
	},
	"fixed-align": {
		{"--fixed-align=1", "--fixed-align=1"},
		{"--fixed-align=16", "--fixed-align=16"},
		{"--fixed-align=0x80000000", "--fixed-align=2147483648"},
	},
	"oom": {
		{"--oom=null", ""},
		{"--oom=trap", "--oom=trap"},
	},
	"dirty": {
		{"--dirty", "--dirty"},
		{"--dirty=true", "--dirty"},
		{"--dirty=false", ""},
	},
	"on-grow": {
		{"--on-grow=env.grown", "--on-grow=env.grown"},
		{"--on-grow=./a.js.grown", "--on-grow=./a.js.grown"},
	},
	"debug": {
		{"--debug", "--debug"},
		{"--debug=trap", "--debug"},
		{"--debug=call", "--debug=call"},
		{"--debug=false", ""},
	},
	"memory64": {
		{"--memory64", "--memory64"},
		{"--memory64=false", ""},
	},
	"threads": {
		{"--threads", "--threads"},
		{"--threads=false", ""},
		{"--threads --memory=import --max-pages=65536 --heap-base=1024 --chunk=16", "--threads"},
		{"--threads --memory=export --max-pages=8", "--memory=export --threads --max-pages=8"},
		{"--threads --initial-pages=2 --heap-base=1024", "--threads --initial-pages=2 --heap-base=1024"},
		{"--threads --heap-base=linker", "--threads --heap-base=linker"},
	},
	"chunk": {
		{"--threads --chunk=16", "--threads"},
		{"--threads --chunk=1", "--threads --chunk=1"},
		{"--strategy=lists --threads --chunk=4 --heap-base=1024", "--strategy=lists --threads --heap-base=1024"},
		{"--threads --chunk=0xffff", "--threads --chunk=65535"},
	},
	"stats": {
		{"--stats", "--stats"},
		{"--stats=false", ""},
	},
	"optimize": {
		{"--optimize=balanced", ""},
		{"--optimize=gas", "--optimize=gas"},
		{"--optimize=size", "--optimize=size"},
	},
	"names": {
		{"--names", "--names"},
		{"--names=false", ""},
	},
}

func TestValues(t *testing.T) {
	for _, f := range contract.Flags {
		if len(values[f.Name]) == 0 {
			t.Errorf("--%s is not tested at all", f.Name)
		}
		for _, v := range values[f.Name] {
			c, err := contract.Parse(v.words)
			if err != nil {
				t.Errorf("%s: %v", v.words, err)
				continue
			}
			if got := c.String(); got != v.want {
				t.Errorf("%s: canonical text is %q, want %q", v.words, got, v.want)
			}
			// Get is what the command line shows, so it must be what Set takes.
			// Lists are given one by one.
			var again contract.Order
			if got := f.Get(c.Order); !f.List && got != "0" { // a maximum of 0 stands for none, which is not a value to give
				if err := f.Set(&again, got); err != nil || f.Get(again) != got {
					t.Errorf("%s: --%s=%s does not set what Get gives: %v", v.words, f.Name, got, err)
				}
			}
		}
	}
	if len(values) != len(contract.Flags) {
		t.Errorf("%d flags are tested, but there are %d", len(values), len(contract.Flags))
	}
}

// TestBadValues holds what is refused at the flag, whatever else is said.
func TestBadValues(t *testing.T) {
	for _, test := range []struct{ flag, value, message string }{
		{"abi", "c64", `"c64" is not one of core`},
		{"abi", "", `"" is not one of core`},
		{"export", "alloc", `"alloc" is not FUNCTION=NAME, such as alloc=my_alloc`},
		{"export", "", `"" is not FUNCTION=NAME`},
		{"target", "wasm1", `"wasm1" is not one of wasm2, mvp, stylus, cosmwasm, wasm3`},
		{"target", "MVP", `"MVP" is not one of wasm2, mvp`},
		{"strategy", "slab", `"slab" is not one of bump`},
		{"classes", "3", "3 is not one of 1, 2, 4, 8"},
		{"classes", "0", "0 is not one of 1, 2, 4, 8"},
		{"classes", "16", "16 is not one of 1, 2, 4, 8"},
		{"max-block", "7", "7 is not a number of bytes from 8 to 2147483648"},
		{"max-block", "9223372036854775809", "9223372036854775809 is not a number of bytes from 8 to 2147483648, or to 9223372036854775808 with --memory64"},
		{"split", "half", `"half" is neither true nor false`},
		{"join", "half", `"half" is neither true nor false`},
		{"chunk", "0", "0 is not a number of pages from 1 to 65535"},
		{"chunk", "65536", "65536 is not a number of pages from 1 to 65535"},
		{"threads", "4", `"4" is neither true nor false`},
		{"memory-name", "", "the name is empty: give it a character at least"},
		{"memory-name", "\xc3", "is not UTF-8"},
		{"heap-base", "0", "0 is the null address: start at 1 or above"},
		{"memory", "both", `"both" is not one of export, import`},
		{"initial-pages", "0", "0 is not a number of pages from 1 to 65536"},
		{"initial-pages", "65537", "65537 is not a number of pages from 1 to 65536"},
		{"initial-pages", "-1", `"-1" is not a whole number`},
		{"initial-pages", "1.5", `"1.5" is not a whole number`},
		{"initial-pages", "18446744073709551617", "is not a number of pages from 1 to 65536"},
		{"max-pages", "0", "0 is not a number of pages from 1 to 65536"},
		{"max-pages", "4294967297", "4294967297 is not a number of pages"},
		{"max-pages", "", `"" is not a whole number`},
		{"heap-base", "4294967296", `"4294967296" is neither an address below 2^32 nor import:MODULE.NAME`},
		{"heap-base", "-8", `"-8" is neither an address`},
		{"heap-base", "import:", `"" is not MODULE.NAME, such as env.__heap_base`},
		{"heap-base", "import:base", `"base" is not MODULE.NAME`},
		{"heap-base", "import:.base", `".base" is not MODULE.NAME`},
		{"heap-base", "import:env.", `"env." is not MODULE.NAME`},
		{"grow", "fast", `"fast" is not one of exact, chunk=N, double, never`},
		{"grow", "chunk", `"chunk" is not one of exact, chunk=N`},
		{"grow", "chunk=", "chunk= is not a number of pages from 1 to 65535"},
		{"grow", "chunk=0", "chunk=0 is not a number of pages from 1 to 65535"},
		{"grow", "chunk=65536", "chunk=65536 is not a number of pages from 1 to 65535"},
		{"grow", "chunk=two", "chunk=two is not a number of pages"},
		{"min-align", "0", "0 is not a power of two from 1 to 2147483648"},
		{"min-align", "3", "3 is not a power of two from 1 to 2147483648"},
		{"min-align", "4294967296", "4294967296 is not a power of two from 1 to 2147483648"},
		{"min-align", "eight", `"eight" is not a whole number`},
		{"fixed-align", "0", "0 is not a power of two from 1 to 2147483648"},
		{"fixed-align", "12", "12 is not a power of two from 1 to 2147483648"},
		{"oom", "abort", `"abort" is not one of null, trap`},
		{"dirty", "maybe", `"maybe" is neither true nor false`},
		{"optimize", "speed", `"speed" is not one of balanced, gas, size`},
		{"names", "", `"" is neither true nor false`},
		{"nonsense", "1", "no such parameter"},
		{"", "1", "no such parameter"},
	} {
		var o contract.Order
		err := contract.Set(&o, test.flag, test.value)
		var flag *contract.FlagError
		if !errors.As(err, &flag) || flag.Flag != test.flag {
			t.Errorf("--%s=%s: error is %v, want a FlagError of it", test.flag, test.value, err)
			continue
		}
		if !strings.Contains(err.Error(), "flag --"+test.flag+": ") || !strings.Contains(err.Error(), test.message) {
			t.Errorf("--%s=%s: message is %q, want %q in it", test.flag, test.value, err, test.message)
		}
		if !reflect.DeepEqual(o, contract.Order{}) {
			t.Errorf("--%s=%s: the refused value has left %+v behind", test.flag, test.value, o)
		}
	}
}
