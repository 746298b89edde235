// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate"
)

// axes are the parameters with their values, the default first.
var axes = [][]string{
	{"", "--target=mvp", "--target=stylus", "--target=cosmwasm", "--target=wasm3"},
	{"", "--grow=chunk=1", "--grow=chunk=3", "--grow=double", "--grow=never"},
	{"", "--oom=trap"},
	{"", "--heap-base=1", "--heap-base=65535", "--heap-base=65536", "--heap-base=import:env.base"},
	{"", "--memory=import", "--memory-name=mem"},
	{
		"", "--min-align=8", "--min-align=16", "--min-align=65536", "--min-align=131072",
		"--fixed-align=1", "--fixed-align=8", "--fixed-align=16", "--fixed-align=65536", "--fixed-align=131072",
	},
	{"", "--dirty"},
	{"", "--optimize=gas", "--optimize=size"},
	{
		"", "--functions=alloc", "--functions=alloc_zeroed", "--functions=dealloc", "--functions=realloc",
		"--functions=alloc,dealloc", "--functions=alloc,realloc", "--functions=alloc_zeroed,realloc",
	},
	{
		"", "--max-pages=1", "--max-pages=2", "--max-pages=10", "--max-pages=65536", "--initial-pages=3",
		"--initial-pages=2 --max-pages=128", "--initial-pages=7 --max-pages=7", "--initial-pages=65536",
	},
	{"", "--names"},
}

// A row has the index of a value for each axis.
type row []int

func (r row) text() string {
	var words []string
	for i, v := range r {
		if axes[i][v] != "" {
			words = append(words, axes[i][v])
		}
	}
	return strings.Join(words, " ")
}

// A pair is two values on two axes, the lower axis first.
type pair struct{ axis1, value1, axis2, value2 int }

func (p pair) text() string {
	return strings.TrimSpace(axes[p.axis1][p.value1] + " " + axes[p.axis2][p.value2])
}

func (r row) pairs() []pair {
	var ps []pair
	for i := range r {
		for j := range i {
			ps = append(ps, pair{j, r[j], i, r[i]})
		}
	}
	return ps
}

// cover returns valid contracts in which each value stands alone, and then
// such that any two values that do not contradict each other meet in one of
// them; and the pairs that do contradict each other. It always returns the same.
func cover() (rows []row, contradictions []pair) {
	todo := map[pair]bool{}
	add := func(r row) {
		for _, p := range r.pairs() {
			delete(todo, p)
		}
		rows = append(rows, r)
	}
	var order []pair
	for i := range axes {
		for j := range i {
			for v := range axes[i] {
				for w := range axes[j] {
					p := pair{j, w, i, v}
					todo[p], order = true, append(order, p)
				}
			}
		}
	}
	add(make(row, len(axes)))
	for i := range axes {
		for v := 1; v < len(axes[i]); v++ {
			r := make(row, len(axes))
			r[i] = v
			if valid(r) {
				add(r)
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, p := range order {
		if !todo[p] {
			continue
		}
		if r := complete(p, todo, random); r != nil {
			add(r)
		} else {
			contradictions = append(contradictions, p)
			delete(todo, p)
		}
	}
	return rows, contradictions
}

// complete returns the best of some rows with the pair, or nil if every one of
// them is refused, the one that is the default otherwise included.
func complete(p pair, todo map[pair]bool, random *rand.Rand) row {
	var best row
	most := 0
	for try := range 200 {
		r := make(row, len(axes))
		for i := range axes {
			if try > 0 {
				r[i] = random.IntN(len(axes[i]))
			}
		}
		r[p.axis1], r[p.axis2] = p.value1, p.value2
		if !valid(r) {
			continue
		}
		gain := 0
		for _, q := range r.pairs() {
			if todo[q] {
				gain++
			}
		}
		if gain > most {
			best, most = r, gain
		}
	}
	return best
}

// valid reports whether the row is a contract, and one that can be judged in a
// moment: where every block is filled, blocks of gigabytes take too long.
func valid(r row) bool {
	c, err := contract.Parse(r.text())
	fills := c.Dirty && !c.Has("alloc")
	return err == nil && !(fills && c.PageLimit() > 128)
}

// TestParameters holds a module for every value of every parameter, and for
// every two values of two parameters, against its contract in wasmtime.
func TestParameters(t *testing.T) {
	rows, contradictions := cover()
	t.Logf("%d modules; %d pairs contradict each other", len(rows), len(contradictions))
	for _, r := range rows {
		t.Run(r.text(), func(t *testing.T) {
			t.Parallel()
			judge(t, r.text())
		})
	}
}

// judge emits a module and holds it against its contract.
func judge(t *testing.T, text string) {
	t.Helper()
	c := parse(t, text)
	judgeModule(t, c, emit(t, c))
}

func judgeModule(t *testing.T, c contract.Contract, module []byte) {
	t.Helper()
	report, err := validate.Run(context.Background(), module, c, validate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Failures() {
		t.Errorf("%s: %v\n%s", r.Check, r.Failure, r.Failure.Script)
	}
}

// TestContradictions checks that what the table of parameters leaves out is
// just what contradicts itself. Each line is a pattern for two flags.
func TestContradictions(t *testing.T) {
	expected := [][2]string{
		{"--target=stylus", "--memory=import"},
		{"--target=stylus", "--memory-name="},
		{"--target=stylus", "--heap-base=import"},
		{"--target=stylus", "--max-pages=65536"},
		{"--target=stylus", "--initial-pages=65536"},
		{"--target=cosmwasm", "--memory=import"},
		{"--target=cosmwasm", "--memory-name="},
		{"--target=cosmwasm", "--heap-base=import"},
		{"--target=cosmwasm", "--max-pages="},
		{"--grow=chunk", "--max-pages=1"},
		{"--grow=double", "--max-pages=1"},
		{"--grow=chunk", "--initial-pages=7 --max-pages=7"},
		{"--grow=double", "--initial-pages=7 --max-pages=7"},
		{"--grow=chunk", "--initial-pages=65536"},
		{"--grow=double", "--initial-pages=65536"},
		{"--heap-base=65536", "--max-pages=1"},
		{"--dirty", "--functions="},
	}
	met := map[[2]string]bool{}
	_, contradictions := cover()
	for _, p := range contradictions {
		known := false
		for _, e := range expected {
			first, second := axes[p.axis1][p.value1], axes[p.axis2][p.value2]
			if strings.HasPrefix(first, e[0]) && strings.Contains(second, e[1]) {
				known, met[e] = true, true
			}
		}
		if !known {
			t.Errorf("%s: refused in every company", p.text())
		}
	}
	for _, e := range expected {
		if !met[e] {
			t.Errorf("%v: never refused", e)
		}
	}
}
