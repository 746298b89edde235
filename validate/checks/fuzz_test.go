// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/scope"
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

// FuzzCalls makes any sequence of calls on correct allocators, on both engines:
// no rule may break, and the engines must agree.
func FuzzCalls(f *testing.F) {
	type subject struct {
		wat     wattest.File
		modules []judge.Module
	}
	var subjects []subject
	engines, err := engine.New(engine.Names())
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range wattest.Glob(f, "../testdata/good/*.wat") {
		s := subject{wat: wattest.Read(f, file)}
		for _, e := range engines {
			m, err := judge.Compile(e, s.wat.Module)
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
		var trials []*Trial
		pick := choices{&fed{data}}
		sub := subjects[pick.upTo(uint64(len(subjects)-1))]
		sets := ABIs(sub.wat.Contract)
		c := Under(sub.wat.Contract, sets[pick.upTo(uint64(len(sets)-1))])
		list := worlds(c)
		setup := list[pick.upTo(uint64(len(list)-1))]
		setup.Limit = min(setup.Limit, setup.Pages+pick.upTo(255))
		rest := pick.source.(*fed).data
		for _, m := range sub.modules {
			s, err := judge.Open(m, c, scope.Scope{}, setup)
			if err != nil {
				t.Fatal(err)
			}
			generate(s, choices{&fed{rest}}, min(len(rest), 200))
			s.Close()
			if !s.OK() {
				t.Fatalf("%v\n%s", s.Failure, s.Script())
			}
			trials = append(trials, &Trial{Sessions: []*judge.Session{s}})
		}
		if d := Difference(trials[0], trials[1], engine.Wasmtime, engine.Wazero); d != nil {
			t.Fatalf("%v\n%s", d, d.Script)
		}
	})
}
