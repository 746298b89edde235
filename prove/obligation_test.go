// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"testing"

	"github.com/genalloc/genalloc/contract"
)

func TestOrdered(t *testing.T) {
	place, top := Obligation{Name: "alloc.place"}, Obligation{Name: "alloc.top"}
	for _, tt := range []struct {
		name string
		list []Obligation
		want string
	}{
		{"earlier", []Obligation{place, top.after("place").implied("place")}, ""},
		{"misspelt", []Obligation{place, top.after("plcae")}, "obligation alloc.top: builds on alloc.plcae, which no earlier obligation is called"},
		{"misspelt fact", []Obligation{place, top.implied("place", "plcae")}, "obligation alloc.top: builds on alloc.plcae, which no earlier obligation is called"},
		{"later", []Obligation{top.after("place"), place}, "obligation alloc.top: builds on alloc.place, which no earlier obligation is called"},
		{"itself", []Obligation{top.after("top")}, "obligation alloc.top: builds on alloc.top, which no earlier obligation is called"},
		{"another call", []Obligation{place, {Name: "realloc.top", After: []string{"alloc.place"}}}, "obligation realloc.top: builds on alloc.place, which is about another call"},
	} {
		got := ""
		if err := ordered(tt.list); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestRunOrdered runs a prover of which one obligation names a fact that there is not.
func TestRunOrdered(t *testing.T) {
	sound := duties[contract.Frees]
	defer func() { duties[contract.Frees] = sound }()
	duties[contract.Frees] = func(k *call) []Obligation {
		obligations := sound(k)
		last := len(obligations) - 1
		obligations[last] = obligations[last].after("lvie")
		return obligations
	}
	c := contract.Must(contract.Order{Functions: []string{"alloc", "dealloc"}}.Settle())
	m := page(t)
	m.Exports = only(m.Exports, c)
	_, err := Run(t.Context(), m, c, pageHints, Options{})
	if want := "obligation dealloc.grow: builds on dealloc.lvie, which no earlier obligation is called"; fmt.Sprint(err) != want {
		t.Errorf("%v, want %s", err, want)
	}
}
