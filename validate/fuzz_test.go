// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/script"
)

// fed makes the generator's choices by a fuzzer's bytes: one byte where that
// is enough, and as many as the range has otherwise. Once they are used up
// every choice is the first.
type fed struct{ data []byte }

func (f *fed) upTo(n uint64) uint64 {
	x := uint64(0)
	for top := n; top > 0 && len(f.data) > 0; top >>= 8 {
		x = x<<8 | uint64(f.data[0])
		f.data = f.data[1:]
	}
	if n+1 == 0 {
		return x
	}
	return x % (n + 1)
}

// FuzzCalls makes any sequence of calls on right allocators, on both engines:
// no rule may break, and the engines must agree.
func FuzzCalls(f *testing.F) {
	type subject struct {
		wat     wat
		modules []compiled
	}
	var subjects []subject
	engines, err := engine.New(engine.Names())
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files(f, "testdata/good/*.wat") {
		s := subject{wat: readWat(f, file)}
		for _, e := range engines {
			m, err := compile(e, s.wat.module)
			if err != nil {
				f.Fatal(err)
			}
			s.modules = append(s.modules, m)
		}
		subjects = append(subjects, s)
	}
	f.Add([]byte{})
	f.Add([]byte("\x00\x00\x10allocators go wrong at the edges"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var trials []*trial
		pick := choices{&fed{data}}
		sub := subjects[pick.upTo(uint64(len(subjects)-1))]
		sets := setsOf(sub.wat.contract)
		c := sub.wat.contract.Only(sets[pick.upTo(uint64(len(sets)-1))])
		list := worlds(c)
		setup := list[pick.upTo(uint64(len(list)-1))]
		setup.Limit = min(setup.Limit, setup.Pages+pick.upTo(255))
		rest := pick.source.(*fed).data
		for _, m := range sub.modules {
			s, err := open(m, c, setup)
			if err != nil {
				t.Fatal(err)
			}
			generate(s, choices{&fed{rest}}, min(len(rest), 200))
			s.close()
			if !s.ok() {
				t.Fatalf("%v\n%s", s.failure, s.script())
			}
			trials = append(trials, &trial{sessions: []*session{s}})
		}
		if d := difference(trials[0], trials[1], engine.Wasmtime, engine.Wazero); d != nil {
			t.Fatalf("%v\n%s", d, d.Script)
		}
	})
}

// FuzzContract holds a module against any contract: mostly the wrong one, and
// the judge must say so in order.
func FuzzContract(f *testing.F) {
	for _, c := range []string{"", "--max-pages=3", "--fixed-align=64 --oom=trap", "--memory=import --heap-base=import:a.b", "--grow=chunk=9 --dirty"} {
		f.Add(c)
	}
	w := readWat(f, "testdata/good/bump.wat")
	checks := []Check{find(callable), find("leftover"), find("limits"), find("features"), find("zero-size"), find("foreign-before"), find("refusal")}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := contract.Parse(text)
		if err != nil {
			return // not a contract
		}
		report, err := run(context.Background(), w.module, c, Options{}, checks)
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Results) != len(checks) {
			t.Errorf("%d results of %d checks", len(report.Results), len(checks))
		}
	})
}

// FuzzModule judges any bytes: whatever they are, there is a verdict or one
// line that says why there is none.
func FuzzModule(f *testing.F) {
	for _, file := range append(files(f, "testdata/good/*.wat"), files(f, "testdata/broken/[f-h]*.wat")...) {
		f.Add(readWat(f, file).module)
	}
	f.Add([]byte("\x00asm\x0d\x00\x01\x00"))
	checks := []Check{find(callable), find("leftover"), find("limits"), find("features"), find("sizes")}
	f.Fuzz(func(t *testing.T, module []byte) {
		report, err := run(context.Background(), module, contract.Default(), Options{}, checks)
		if err == nil && len(report.Results) != len(checks) {
			t.Errorf("%d results of %d checks", len(report.Results), len(checks))
		}
	})
}

// FuzzScript: what can be parsed is printed as it was, and runs.
func FuzzScript(f *testing.F) {
	f.Add("base 2048\npages 3\np0 = alloc 16 8\ngrow 1\np1 = realloc p0 64 # moves\nfree p1\nlimit 10\n")
	f.Add("x=alloc_zeroed 0xffff 0x10000\nfree x\nfree x\n")
	w := readWat(f, "testdata/good/import.wat")
	f.Fuzz(func(t *testing.T, text string) {
		first, err := script.Parse(text, w.contract)
		if err != nil {
			return
		}
		again, err := script.Parse(first.String(), w.contract)
		if err != nil || again.String() != first.String() {
			t.Errorf("%v\n%s\nbecame\n%s", err, first, again)
		}
	})
}
