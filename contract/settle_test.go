// SPDX-License-Identifier: MIT OR Apache-2.0

package contract_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// refusals holds every contradiction: the words that contradict each other, the
// flag that the error is laid at, and what its message has to say, which is
// every flag concerned and the way out.
var refusals = []struct {
	words []string
	flag  string
	says  []string
}{
	// One flag with itself.
	{[]string{"functions=malloc"}, "functions", []string{`"malloc" is not a function of --abi core`, "choose from alloc, alloc_zeroed, dealloc, realloc, or say --abi c"}},
	{[]string{"functions="}, "functions", []string{`"" is not a function of --abi core`, "choose from"}},
	{[]string{"functions=dealloc"}, "functions", []string{"nothing in dealloc allocates", "add one of alloc, alloc_zeroed, realloc"}},
	{[]string{"abi=c", "functions=free,malloc_usable_size"}, "functions", []string{"nothing in free,malloc_usable_size allocates", "add one of malloc, calloc, realloc, aligned_alloc, posix_memalign"}},
	{[]string{"functions=alloc,alloc"}, "functions", []string{"alloc is named twice", "name it once"}},
	{[]string{"export=alloc="}, "export", []string{"the name is empty", "give it a character at least"}},
	{[]string{"export=alloc=\xff"}, "export", []string{`"\xff" is not UTF-8`}},
	{[]string{"export=alloc=f", "export=dealloc=f"}, "export", []string{`alloc and dealloc are both exported as "f"`, "rename one"}},
	{[]string{"export=alloc=realloc"}, "export", []string{`alloc and realloc are both exported as "realloc"`, "rename one"}},
	{[]string{"abi=arena"}, "abi", []string{"arena has no function that allocates: say --abi core,arena"}},
	{[]string{"export=my_alloc=alloc"}, "export", []string{"my_alloc=alloc is the wrong way round: say alloc=my_alloc"}},
	{[]string{"export=malloc=x"}, "export", []string{`"malloc" is not a function of --abi core`, "choose from"}},
	{[]string{"heap-base=import:\xff.base"}, "heap-base", []string{"is not UTF-8"}},
	{[]string{"heap-base=import:env.\xff"}, "heap-base", []string{"is not UTF-8"}},

	// One flag with another.
	{[]string{"functions=alloc", "export=realloc=r"}, "export", []string{"realloc is renamed", "--functions leaves it out", "drop the one or extend the other"}},
	{[]string{"export=alloc=memory"}, "export", []string{"the memory (--memory-name) and alloc", `"memory"`, "rename one"}},
	{[]string{"memory-name=realloc"}, "export", []string{"the memory (--memory-name) and realloc", "rename one"}},
	{[]string{"memory=import", "memory-name=memory"}, "memory-name", []string{"--memory import", `"memory" is not MODULE.NAME`, "such as env.memory"}},
	{[]string{"memory=import", "memory-name=env."}, "memory-name", []string{"--memory import", "such as env.memory"}},
	{[]string{"memory=import"}, "memory", []string{"import needs --heap-base", "an address above the program's data", "or import:env.__heap_base"}},
	{[]string{"memory=import", "memory-name=app.memory"}, "memory", []string{"import needs --heap-base", "or import:app.__heap_base"}},
	{[]string{"initial-pages=8", "max-pages=4"}, "max-pages", []string{"4 is below --initial-pages 8", "raise the one or lower the other"}},
	{[]string{"heap-base=65537"}, "heap-base", []string{"65537 is outside the initial memory of 65536 bytes", "lower it or raise --initial-pages 1"}},
	{[]string{"heap-base=131073", "initial-pages=2"}, "heap-base", []string{"131073 is outside", "raise --initial-pages 2"}},
	{[]string{"heap-base=65536", "grow=never"}, "heap-base", []string{"65536 leaves no byte", "lower it or raise --initial-pages 1"}},
	{[]string{"heap-base=65536", "max-pages=1"}, "heap-base", []string{"65536 leaves no byte", "lower it or raise --initial-pages 1"}},
	{[]string{"grow=double", "max-pages=1"}, "grow", []string{"double asks for growth", "--max-pages 1 equals --initial-pages", "raise --max-pages or say --grow never"}},
	{[]string{"grow=chunk=3", "initial-pages=2", "max-pages=2"}, "grow", []string{"chunk=3 asks for growth", "--max-pages 2 equals --initial-pages", "raise --max-pages or say --grow never"}},
	{[]string{"min-align=8", "fixed-align=16"}, "min-align", []string{"8 contradicts --fixed-align 16", "drop either"}},
	{[]string{"min-align=8", "fixed-align=8"}, "min-align", []string{"8 contradicts --fixed-align 8", "drop either"}},
	{[]string{"dirty=true", "functions=alloc,realloc"}, "dirty", []string{"alloc_zeroed", "--functions leaves out", "drop the one or extend the other"}},

	// A strategy with what it does not have.
	{[]string{"classes=2"}, "classes", []string{"2 concerns --strategy lists", "drop it or say that strategy"}},
	{[]string{"strategy=stack", "max-block=64"}, "max-block", []string{"64 concerns --strategy lists", "drop it"}},
	{[]string{"strategy=any", "split=false"}, "split", []string{"false concerns --strategy lists", "drop it"}},
	{[]string{"strategy=bump", "abi=c", "join=false"}, "join", []string{"false concerns --strategy lists", "drop it"}},
	{[]string{"strategy=lists", "join=false"}, "join", []string{"only --abi c joins free blocks", "drop it"}},
	{[]string{"strategy=lists", "abi=c", "split=false", "join=false"}, "join", []string{"not with --split=false", "drop it"}},
	{[]string{"strategy=lists", "abi=core,arena"}, "abi", []string{"arena contradicts --strategy lists", "drop the one or say --strategy bump"}},
	{[]string{"strategy=lists", "abi=opa"}, "functions", []string{"opa_malloc_init contradicts --strategy lists", "say --functions opa_malloc,opa_free,opa_realloc"}},
	{[]string{"abi=opa,arena"}, "abi", []string{"say --abi opa alone"}},
	{[]string{"abi=opa", "min-align=16"}, "min-align", []string{"16 contradicts --abi opa", "header of 8 bytes", "drop it"}},
	{[]string{"abi=opa", "debug=trap"}, "debug", []string{"--abi opa", "drop either"}},
	{[]string{"abi=opa", "stats=true"}, "stats", []string{"--abi opa", "drop either"}},
	{[]string{"strategy=lists", "abi=c,wasm-bindgen"}, "abi", []string{"--strategy lists", "say --abi c alone"}},
	{[]string{"strategy=lists", "max-block=8", "min-align=16"}, "max-block", []string{"8 is below the alignment of 16 bytes", "raise it"}},
	{[]string{"strategy=lists", "max-block=2147483649"}, "max-block", []string{"2147483649 is more than half of the addresses, 2147483648", "lower it, or say --memory64"}},
	{[]string{"strategy=lists", "abi=c", "memory64=true"}, "memory64", []string{"--abi c under --strategy lists has 32-bit addresses only", "say --abi core, or --strategy bump or stack"}},
	{[]string{"strategy=lists", "max-block=100", "fixed-align=128"}, "max-block", []string{"100 is below the alignment of 128 bytes"}},
	{[]string{"strategy=lists", "heap-base=65041"}, "heap-base", []string{"65041 leaves no room", "496 bytes of the lists' heads", "lower it or raise --initial-pages 1"}},
	{[]string{"strategy=lists", "heap-base=65053", "abi=c"}, "heap-base", []string{"65053 leaves no room", "484 bytes of the lists' heads"}},

	// Threads with what knows of one.
	{[]string{"chunk=4"}, "chunk", []string{"4 is what each thread claims", "say --threads, or --grow chunk=4"}},
	{[]string{"threads=true", "abi=core,arena"}, "threads", []string{"--abi arena", "drop either"}},
	{[]string{"threads=true", "abi=cabi"}, "threads", []string{"--abi cabi", "say --abi core or c"}},
	{[]string{"threads=true", "strategy=stack"}, "threads", []string{"--strategy stack takes one thread", "say --strategy bump or lists"}},
	{[]string{"threads=true", "target=mvp"}, "threads", []string{"--target mvp", "drop either"}},
	{[]string{"threads=true", "memory64=true"}, "threads", []string{"--memory64", "drop either"}},
	{[]string{"threads=true", "debug=trap"}, "threads", []string{"--debug", "drop either"}},
	{[]string{"threads=true", "stats=true"}, "threads", []string{"--stats", "drop either"}},
	{[]string{"threads=true", "grow=double"}, "grow", []string{"double contradicts --threads", "say --chunk N"}},
	{[]string{"threads=true", "memory=export"}, "max-pages", []string{"a shared memory has a maximum", "name one"}},
	{[]string{"threads=true", "max-pages=1"}, "max-pages", []string{"1 leaves no page to claim", "raise it"}},
	{[]string{"threads=true", "initial-pages=2"}, "memory", []string{"import needs --heap-base"}},
	{[]string{"threads=true", "initial-pages=2", "heap-base=8", "dirty=true"}, "dirty", []string{"--threads", "drop it"}},

	{[]string{"threads=true", "strategy=lists"}, "memory", []string{"import needs --heap-base"}},
	{[]string{"threads=true", "strategy=lists", "heap-base=8", "abi=c"}, "abi", []string{"c contradicts --threads", "--abi core"}},
	{[]string{"threads=true", "strategy=lists", "heap-base=8", "split=false"}, "split", []string{"--threads", "drop it"}},
	{[]string{"threads=true", "strategy=lists", "heap-base=8", "dirty=true"}, "dirty", []string{"--threads", "drop it"}},
	{[]string{"threads=true", "strategy=lists", "heap-base=8", "initial-pages=3"}, "initial-pages", []string{"3 would not be used", "drop it"}},
	{[]string{"threads=true", "strategy=lists", "heap-base=65000"}, "heap-base", []string{"65000 leaves no room", "992 bytes", "lower it"}},

	// A target with what it does not allow.
	{[]string{"target=stylus", "memory=import"}, "memory", []string{"import contradicts --target stylus", "say --memory export"}},
	{[]string{"target=stylus", "memory-name=mem"}, "memory-name", []string{`"mem" contradicts --target stylus`, "drop it"}},
	{[]string{"target=stylus", "heap-base=import:env.base"}, "heap-base", []string{"contradicts --target stylus", "give a number"}},
	{[]string{"target=stylus", "initial-pages=129"}, "initial-pages", []string{"129 is above the 128 pages", "--target stylus", "lower it"}},
	{[]string{"target=cosmwasm", "initial-pages=513"}, "initial-pages", []string{"513 is above the 512 pages", "--target cosmwasm", "lower it"}},
	{[]string{"target=stylus", "max-pages=129"}, "max-pages", []string{"129 is above the 128 pages", "--target stylus", "lower it"}},
	{[]string{"target=cosmwasm", "memory=import"}, "memory", []string{"import contradicts --target cosmwasm", "say --memory export"}},
	{[]string{"target=cosmwasm", "memory-name=mem"}, "memory-name", []string{`"mem" contradicts --target cosmwasm`, "drop it"}},
	{[]string{"target=cosmwasm", "heap-base=import:env.base"}, "heap-base", []string{"contradicts --target cosmwasm", "give a number"}},
	{[]string{"target=cosmwasm", "max-pages=16"}, "max-pages", []string{"16 contradicts --target cosmwasm", "drop it"}},
}

func TestRefusals(t *testing.T) {
	for _, test := range refusals {
		t.Run(strings.Join(test.words, " "), func(t *testing.T) {
			for _, words := range [][]string{test.words, reversed(test.words)} {
				var o contract.Order
				for _, w := range words {
					name, value, _ := strings.Cut(w, "=")
					if err := contract.Set(&o, name, value); err != nil {
						t.Fatal(err)
					}
				}
				_, err := o.Settle()
				var flag *contract.FlagError
				if !errors.As(err, &flag) || flag.Flag != test.flag {
					t.Fatalf("%v: error is %v, want a FlagError of %s", words, err, test.flag)
				}
				for _, want := range test.says {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%v: message %q does not say %q", words, err, want)
					}
				}
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("%v: message %q is more than one line", words, err)
				}
			}
		})
	}
}

func reversed(words []string) []string {
	var rev []string
	for _, w := range words {
		rev = append([]string{w}, rev...)
	}
	return rev
}

// TestRenamedTwice is refused as it is said, since a map has room for one name.
func TestRenamedTwice(t *testing.T) {
	var o contract.Order
	if err := contract.Set(&o, "export", "alloc=a"); err != nil {
		t.Fatal(err)
	}
	err := contract.Set(&o, "export", "alloc=b")
	if err == nil || !strings.Contains(err.Error(), `flag --export: alloc is renamed twice, to "a" and to "b": keep one`) {
		t.Errorf("error is %v", err)
	}
}

// TestFieldsAreJudged sets fields as a Go program does, past the flags: what
// Settle accepts can be written down and read back.
func TestFieldsAreJudged(t *testing.T) {
	for name, spoil := range map[string]func(*contract.Order){
		"no functions":        func(c *contract.Order) { c.Functions = []string{} },
		"unknown abi":         func(c *contract.Order) { c.ABI = "z" },
		"unknown target":      func(c *contract.Order) { c.Target = "wasm9" },
		"unknown strategy":    func(c *contract.Order) { c.Strategy = "z" },
		"unknown memory":      func(c *contract.Order) { c.Memory = "z" },
		"unknown growth":      func(c *contract.Order) { c.Grow = contract.Grow{Policy: "z"} },
		"unknown oom":         func(c *contract.Order) { c.OOM = "x" },
		"unknown optimize":    func(c *contract.Order) { c.Optimize = "x" },
		"chunk of 0":          func(c *contract.Order) { c.Grow = contract.Grow{Policy: contract.GrowChunk} },
		"too many pages":      func(c *contract.Order) { c.InitialPages = contract.MaxPages + 1 },
		"maximum too large":   func(c *contract.Order) { c.MaxPages = contract.MaxPages + 1 },
		"alignment of 3":      func(c *contract.Order) { c.MinAlign = 3 },
		"fixed alignment 12":  func(c *contract.Order) { c.FixedAlign = 12 },
		"global with a dot":   func(c *contract.Order) { c.HeapBase = contract.HeapBase{Module: "m", Name: "a.b"} },
		"heap base half name": func(c *contract.Order) { c.HeapBase = contract.HeapBase{Name: "n"} },
	} {
		var o contract.Order
		spoil(&o)
		c, err := o.Settle()
		var flag *contract.FlagError
		if err == nil {
			t.Errorf("%s: accepted as %q", name, c.String())
		} else if !errors.As(err, &flag) {
			t.Errorf("%s: error is %v, want a FlagError", name, err)
		}
	}
}
