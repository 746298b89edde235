// SPDX-License-Identifier: MIT OR Apache-2.0

// Package grid lists contracts of the core ABI for tests and for the prover's sweep.
// Every value of every parameter is in one of them, and so are any two values of two
// parameters.
package grid

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
)

// Axes are the parameters with their values, the default first.
var Axes = [][]string{
	{"", "--target=mvp", "--target=stylus", "--target=cosmwasm", "--target=wasm3"},
	{"", "--grow=chunk=1", "--grow=chunk=3", "--grow=double", "--grow=never"},
	{"", "--oom=trap"},
	{"", "--heap-base=1", "--heap-base=65535", "--heap-base=65536", "--heap-base=import:env.base"},
	{"", "--memory=import", "--memory-name=mem"},
	{"", "--memory64"},
	{
		"", "--min-align=8", "--min-align=16", "--min-align=65536", "--min-align=131072",
		"--fixed-align=1", "--fixed-align=8", "--fixed-align=16", "--fixed-align=65536", "--fixed-align=131072",
	},
	{"", "--dirty"},
	optimize,
	{
		"", functions(contract.Allocates), functions(contract.AllocatesZeroed), functions(contract.Resizes),
		functions(contract.Allocates, contract.Frees), functions(contract.Allocates, contract.Resizes),
		functions(contract.AllocatesZeroed, contract.Resizes),
	},
	{
		"", "--max-pages=1", "--max-pages=2", "--max-pages=10", "--max-pages=65536", "--initial-pages=3",
		"--initial-pages=2 --max-pages=128", "--initial-pages=7 --max-pages=7", "--initial-pages=65536",
	},
	{"", "--names"},
}

var optimize = []string{"", "--optimize=gas", "--optimize=size"}

// functions returns the flag for the core ABI's functions with the roles.
func functions(roles ...contract.Role) string {
	var names []string
	for _, f := range contract.Core.Functions() {
		if slices.Contains(roles, f.Role) {
			names = append(names, f.Name)
		}
	}
	return "--functions=" + strings.Join(names, ",")
}

// A Row has the index of a value for each axis.
type Row []int

// Text is the row as the text of a contract.
func (r Row) Text() string {
	var words []string
	for i, v := range r {
		if Axes[i][v] != "" {
			words = append(words, Axes[i][v])
		}
	}
	return strings.Join(words, " ")
}

// Alone reports whether at most one value of the row is not the default.
func (r Row) Alone() bool {
	n := 0
	for _, v := range r {
		n += min(v, 1)
	}
	return n <= 1
}

// Variants returns the text of a contract of the core ABI for each strategy, without
// marks and with them, the default first; but for those of [Own].
func Variants(text string) (texts []string) {
	words := strings.Fields(text)
	marked := append(slices.Clone(words), "--abi=core,arena")
	for i, w := range words {
		if strings.HasPrefix(w, "--functions=") {
			for _, f := range contract.Arena.Functions() {
				marked[i] += "," + f.Name
			}
		}
	}
	for _, s := range contract.Strategies {
		if s.Generated && len(s.Flags) == 0 {
			for _, words := range [][]string{words, marked} {
				texts = append(texts, strings.Join(append(slices.Clone(words), "--strategy="+string(s.Name)), " "))
			}
		}
	}
	return texts
}

// A Pair is two values on two axes, the lower axis first.
type Pair struct{ axis1, value1, axis2, value2 int }

// Flags are the two values.
func (p Pair) Flags() (first, second string) {
	return Axes[p.axis1][p.value1], Axes[p.axis2][p.value2]
}

func (r Row) pairs() []Pair {
	var ps []Pair
	for i := range r {
		for j := range i {
			ps = append(ps, Pair{j, r[j], i, r[i]})
		}
	}
	return ps
}

// Cover returns valid contracts: first each value alone, then more until any two
// values that do not contradict each other are in one contract. It also returns the
// pairs that contradict each other. The result is the same every time.
func Cover() (rows []Row, contradictions []Pair) {
	todo := map[Pair]bool{}
	add := func(r Row) {
		for _, p := range r.pairs() {
			delete(todo, p)
		}
		rows = append(rows, r)
	}
	var order []Pair
	for i := range Axes {
		for j := range i {
			for v := range Axes[i] {
				for w := range Axes[j] {
					p := Pair{j, w, i, v}
					todo[p], order = true, append(order, p)
				}
			}
		}
	}
	add(make(Row, len(Axes)))
	for i := range Axes {
		for v := 1; v < len(Axes[i]); v++ {
			r := make(Row, len(Axes))
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

// complete tries the pair with default values and with random ones. It returns the
// valid row with the most pairs of todo, or nil if no row is valid.
func complete(p Pair, todo map[Pair]bool, random *rand.Rand) Row {
	var best Row
	most := 0
	for try := range 200 {
		r := make(Row, len(Axes))
		for i := range Axes {
			if try > 0 {
				r[i] = random.IntN(len(Axes[i]))
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

// valid reports whether the row is a contract that can be judged quickly. Filling
// blocks of gigabytes takes too long.
func valid(r Row) bool {
	c, err := contract.Parse(r.Text())
	fills := c.Dirty && !c.HasRole(contract.Allocates)
	return err == nil && !(fills && c.PageLimit() > 128)
}
