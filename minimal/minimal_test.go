// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/prove/bv"
)

// TestOurs: with as many operations as the generator's code has, a search finds code of
// its very price in ink, right for every state, and none that is cheaper. In fuel there
// is one instruction less to be had: without a local, by reading the state once more.
func TestOurs(t *testing.T) {
	for i, less := range []int{0, 1} {
		m := Meters[i]
		r, err := Search(t.Context(), bump(minusTop(t), 8), m, 5)
		if err != nil {
			t.Fatal(err)
		}
		if r.Found != r.Price-less || !strings.Contains(r.Answer, "fits: ") {
			t.Errorf("%s: found %d, ours is %d: %s", m.Name, r.Found, r.Price, r.Answer)
		}
	}
	ink, fuel := newPrices(Meters[0]), newPrices(Meters[1])
	if fuel.read(3) >= fuel.shared(3) || ink.read(3) != ink.shared(3) {
		t.Error("to read the state again is no cheaper in fuel, or as cheap in ink")
	}
}

// TestRefuted: with two states alone, what is only right in them is refuted.
func TestRefuted(t *testing.T) {
	q := bump(minusTop(t), 8)
	q.begin = q.begin[:1:1]
	r, err := Search(t.Context(), q, Meters[0], 5)
	if err != nil {
		t.Fatal(err)
	}
	if r.Refuted < 3 || r.Found != r.Price {
		t.Errorf("found %d, ours is %d, %d answers refuted", r.Found, r.Price, r.Refuted)
	}
}

// TestWrong: an answer with one operation exchanged has a counterexample, a state in
// which it is wrong by the question's own words.
func TestWrong(t *testing.T) {
	q := bump(minusTop(t), 8)
	right := search5(t, q)
	if state, err := right.refute(t.Context()); state != nil || err != nil {
		t.Fatalf("the right answer is wrong in %v, error %v", state, err)
	}
	first := len(q.constants) + len(q.inputs)
	for i := first; i < len(right.nodes); i++ {
		wrong := *right
		wrong.nodes = append([]node(nil), right.nodes...)
		wrong.nodes[i].op = (wrong.nodes[i].op + 1) % 10 // binary ones
		state, err := wrong.refute(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if state == nil {
			t.Errorf("%s is an answer, too:\n%s", operations[wrong.nodes[i].op].op, wrong.String())
		}
	}
}

// search5 returns an answer of up to 5 operations.
func search5(t *testing.T, q *Question) *answer {
	t.Helper()
	s := q.search(t.Context(), q.begin, newPrices(Meters[0]), 5)
	_, price, err := q.ours(Meters[0])
	if err != nil {
		t.Fatal(err)
	}
	s.limit = price - q.cost(Meters[0]) + 1
	a := s.run()
	if a == nil {
		t.Fatal("there is no answer")
	}
	return a
}

func minusTop(t *testing.T) encoding {
	t.Helper()
	for _, e := range encodings {
		if e.name == "-top" {
			return e
		}
	}
	t.Fatal("no encoding is called -top")
	return encoding{}
}

// TestOperations: an operation computes what the engine does, and so does its term.
func TestOperations(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	values := []uint32{0, 1, 31, 32, 33, 0x7f, 0x80, 0x7fff, 0x8000, 0x7fffffff, 0x80000000, 0xffffffff}
	for range 20 {
		values = append(values, random.Uint32())
	}
	for _, o := range operations {
		second := "(local.get 1)"
		if o.unary {
			second = ""
		}
		module := fmt.Sprintf(`(module (func (export "f") (param i32 i32) (result i32) (%s (local.get 0) %s)))`, o.op, second)
		file, _ := wattest.Assemble(t, module)
		meter, err := cost.New(file, cost.Config{FuelOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer meter.Close()
		for _, x := range values {
			for _, y := range values {
				got, _, err := meter.Call("f", uint64(x), uint64(y))
				if err != nil {
					t.Fatal(err)
				}
				want := uint32(got[0])
				if v := o.eval(x, y); v != want {
					t.Fatalf("%s of %#x and %#x is %#x, want %#x", o.op, x, y, v, want)
				}
				b := bv.NewBuilder()
				term := o.term(b, b.Const(32, uint64(x)), b.Const(32, uint64(y)))
				if !term.IsConst() || uint32(term.Val.Lo) != want {
					t.Fatalf("%s of %#x and %#x is the term %v, want %#x", o.op, x, y, term, want)
				}
			}
		}
	}
}
