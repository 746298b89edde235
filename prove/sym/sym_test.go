// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/replay"
	"github.com/genalloc/genalloc/wasm"
)

func assemble(t *testing.T, wat string) *wasm.Module {
	t.Helper()
	_, m := wattest.Assemble(t, wat)
	return m
}

func load(t *testing.T, name string) *wasm.Module {
	t.Helper()
	wat, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return assemble(t, string(wat))
}

// TestAgainstEngine calls every exported function from states that the host
// sets. Exactly one path is enabled each time, and it foretells the outcome: the
// results or the trap, the globals, the size of the memory and its bytes. Only a
// loop whose rounds do not add up to one effect may leave several, one of them right.
func TestAgainstEngine(t *testing.T) {
	for _, tt := range []struct {
		file  string
		calls int
		small bool // memory must be looked at, since loads read it
	}{
		{"page.wat", 6000, false},
		{"page.wat", 100, true},
		{"control.wat", 100, true},
		{"loops.wat", 100, true},
	} {
		m := load(t, tt.file)
		engine, err := replay.Compile(m, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		for _, e := range m.Exports {
			if e.Kind != wasm.KindFunc {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s/%v", tt.file, e.Name, tt.small), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(3, uint64(e.Index)))
				n := newBench(t, m, engine, e.Index)
				for i := range tt.calls {
					if i%200 == 199 { // substitution fills the builder
						taken, skipped := n.taken, n.skipped
						n = newBench(t, m, engine, e.Index)
						n.taken, n.skipped = taken, skipped
					}
					n.once(n.world(rng, tt.small))
				}
				t.Logf("%d paths, %d of them taken, %d calls left out", len(n.paths), len(n.taken), n.skipped)
				if n.skipped > tt.calls/3 {
					t.Errorf("%d of %d calls left out", n.skipped, tt.calls)
				}
			})
		}
	}
}

// TestNumeric tries every instruction on integers, the divisions' traps included.
func TestNumeric(t *testing.T) {
	for op := wasm.OpI32Eqz; op <= wasm.OpI64Extend32S; op++ {
		name := op.String()
		m := &wasm.Module{}
		sig, ok := m.Signature(nil, wasm.Instr{Op: op})
		if !ok || strings.Contains(name, "f32") || strings.Contains(name, "f64") {
			continue
		}
		m.Types = []wasm.FuncType{sig}
		var body []wasm.Instr
		for i := range sig.Params {
			body = append(body, wasm.Instr{Op: wasm.OpLocalGet, Index: uint32(i)})
		}
		m.Funcs = []wasm.Func{{Body: append(body, wasm.Instr{Op: op}, wasm.End())}}
		b := bv.NewBuilder()
		var args []*bv.Term
		for i, p := range sig.Params {
			args = append(args, b.Var(fmt.Sprint(i), width(p)))
		}
		_, err := New(b, m).Call(0, args, State{Pages: b.Const(36, 0)})
		if err != nil {
			if name != "i32.div_s" && name != "i32.rem_s" && name != "i64.div_s" && name != "i64.rem_s" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		t.Run(name, func(t *testing.T) {
			engine, err := replay.Compile(m, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer engine.Close()
			rng := rand.New(rand.NewPCG(1, uint64(op)))
			n := newBench(t, m, engine, 0)
			for range 60 {
				w := world{}
				for _, p := range sig.Params {
					v := number(rng)
					if p == wasm.I32 {
						v = uint64(uint32(v))
					}
					w.args = append(w.args, v)
				}
				n.once(w)
			}
		})
	}
}

func TestUnsupported(t *testing.T) {
	for wat, want := range map[string]string{
		`(module (func (result f32) (f32.const 1)))`:                                                      `func[0] offset 0x17: type f32 is not supported`,
		`(module (func (drop (f64.const 1))))`:                                                            `func[0] offset 0x17: f64.const is not supported`,
		`(module (import "a" "b" (func)) (func call 0))`:                                                  `func[1] offset 0x20: a call of the imported func[0] is not supported`,
		`(module (memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0)))))`:                      `func[0] offset 0x1f: i32.atomic.load is not supported`,
		`(module (memory 1) (memory 1) (func (memory.fill 1 (i32.const 0) (i32.const 0) (i32.const 0))))`: `func[0] offset 0x24: a second memory is not supported`,
		`(module (global f32 (f32.const 0)) (func (drop (global.get 0))))`:                                `func[0] offset 0x22: a global that is not an integer is not supported`,
		`(module (table 1 funcref) (func (call_indirect (i32.const 0))))`:                                 `func[0] offset 0x1f: call_indirect is not supported`,
	} {
		m := assemble(t, wat)
		b := bv.NewBuilder()
		st := State{Pages: b.Const(36, 1), Globals: make([]*bv.Term, len(m.Globals))}
		_, err := New(b, m).Call(uint32(m.NumImported(wasm.KindFunc)), nil, st)
		if fmt.Sprint(err) != want {
			t.Errorf("%s:\n got %v\nwant %s", wat, err, want)
		}
	}
}

// TestWords: a word of the memory that is state is read back as it was stored, and a loop
// that stores at it is not taken for one that only moves bytes.
func TestWords(t *testing.T) {
	m := assemble(t, `(module (memory 1)
	  (func (export "add") (param $n i32) (result i32)
	    (i32.store (i32.const 16) (i32.add (i32.load offset=6 (i32.const 10)) (local.get $n)))
	    (i32.load (i32.const 16)))
	  (func (export "count") (param $n i32)
	    (loop $next
	      (i32.store (i32.const 16) (local.get $n))
	      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`)
	b := bv.NewBuilder()
	x := New(b, m)
	x.Words = []uint32{16}
	word, n := b.Var("word", 32), b.Var("n", 32)
	st := State{Globals: []*bv.Term{word}, Pages: b.Var("pages", x.Wide())}
	paths, err := x.Call(0, []*bv.Term{n}, st)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		if sum := b.Add(word, n); p.End == Return && (p.Results[0] != sum || p.State.Globals[0] != sum || len(p.Effects) > 0) {
			t.Errorf("add: %v", p)
		}
	}
	if paths, err = x.Call(1, []*bv.Term{n}, st); err != nil {
		t.Fatal(err)
	}
	unwound := false
	for _, p := range paths {
		unwound = unwound || p.End == Unwound
		if len(p.Lemmas) > 0 || p.End == Return && p.State.Globals[0] == word {
			t.Errorf("count: %v", p)
		}
	}
	if !unwound {
		t.Error("count: every path ends after two rounds")
	}
}
