// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"testing"

	"github.com/genalloc/genalloc/prove/bv"
)

// TestTurns looks at a loose formula and another, of which one is easy.
func TestTurns(t *testing.T) {
	b := bv.NewBuilder()
	x, y, z := b.Var("x", 14), b.Var("y", 14), b.Var("z", 14)
	hard := []term{b.Ne(b.Mul(b.Mul(x, y), z), b.Mul(x, b.Mul(y, z)))} // cannot hold, but that is hard to see
	easy := []term{b.Ult(x, y), b.Ult(y, z), b.Ult(z, x)}
	possible := []term{b.Ult(x, y)}
	for _, tt := range []struct {
		name        string
		q           question
		want        Verdict
		formulas    int
		conflictsTo int
	}{
		{"loose", question{formula: hard, loose: easy}, Proved, 1, firstTurn - 1},
		{"formula", question{formula: easy, loose: hard}, Proved, 2, firstTurn + firstTurn/2},
		{"loose says nothing", question{formula: easy, loose: possible}, Proved, 2, firstTurn - 1},
		{"refuted", question{formula: possible, loose: possible}, Refuted, 2, firstTurn - 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ob := Obligation{Cases: []Case{{Name: "case"}}}
			f := new(system).decideCase(t.Context(), ob, 0, tt.q, Options{probe: true}, search(false, nil))
			if f.verdict != tt.want || f.effort.Formulas != tt.formulas || f.effort.Conflicts > tt.conflictsTo {
				t.Errorf("%s, %+v, want %s of %d formulas with %d conflicts at most", f.verdict, f.effort, tt.want, tt.formulas, tt.conflictsTo)
			}
		})
	}
}
