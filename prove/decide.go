// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/sat"
)

// answer says whether a formula can hold; the finder has checked it.
type answer struct {
	status   sat.Status
	values   bv.Assignment // for Sat
	steps    int           // for Unsat
	outline  sat.Outline   // for Unsat, under Options.Record: that of the proof
	effort   Effort
	solution *solution // until the case is decided
}

// finder finds out whether the formula of an obligation's i-th case can hold. It gives up
// after so many conflicts; 0 stands for any number.
type finder func(ctx context.Context, ob Obligation, i int, formula []term, most int) (answer, error)

var errGaveUp = errors.New("the search gave up")

// stopped says why the work has to stop; nil while it goes on.
func stopped(ctx context.Context) error {
	switch err := ctx.Err(); {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("time is up")
	default:
		return errors.New("interrupted")
	}
}

// finding is what became of a case.
type finding struct {
	answer
	verdict        Verdict
	reason         string
	counterexample *Counterexample
	duration       time.Duration
}

// decide decides the cases of an obligation, up to the first that is not proved.
func (s *system) decide(ctx context.Context, ob Obligation, questions []question, o Options, find finder) Result {
	findings := make([]finding, len(questions))
	for i, q := range questions {
		if findings[i] = s.decideCase(ctx, ob, i, q, o, find); findings[i].verdict != Proved {
			break
		}
	}
	return conclude(ob, findings)
}

// decideCase decides the i-th case of an obligation.
func (s *system) decideCase(ctx context.Context, ob Obligation, i int, q question, o Options, find finder) (f finding) {
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.Timeout)
		defer cancel()
	}
	start := time.Now()
	defer func() { f.duration, f.solution = time.Since(start), nil }()
	var err error
	f.answer, err = find.inTurns(ctx, ob, i, q)
	if err == nil && f.status == want(ob) {
		f.verdict = Proved
		return f
	}
	if err == nil && f.status == sat.Unknown {
		err = errors.New("nothing is known of it")
	}
	if err == nil && !o.probe {
		f.counterexample, err = s.refute(ob.Cases[i], q.formula, f.answer)
		if index, guessed := s.guess(ob); err == nil && guessed {
			err = fmt.Errorf("the guessed function %d does not do this, and may not be the module's %s", index, ob.function())
		}
	}
	f.verdict = Refuted
	if err != nil {
		f.verdict, f.reason = Inconclusive, ob.Cases[i].Name+": "+err.Error()
	}
	return f
}

// firstTurn is how many conflicts the search for an answer to a loose formula may take
// before that to the other is tried. Nearly all take fewer.
const firstTurn = 100_000

// inTurns looks at the loose formula and at the other in turn, longer each time: nothing
// tells which is the easier.
func (find finder) inTurns(ctx context.Context, ob Obligation, i int, q question) (a answer, err error) {
	var spent Effort
	for most := firstTurn; q.loose != nil; most *= 4 {
		a, err = find(ctx, ob, i, q.loose, most)
		gaveUp := errors.Is(err, errGaveUp)
		if !gaveUp && (err != nil || a.status != want(ob)) {
			spent.add(a.effort)
			break
		}
		if gaveUp {
			spent.add(a.effort)
			a, err = find(ctx, ob, i, q.formula, most)
		}
		if !errors.Is(err, errGaveUp) {
			a.effort.add(spent)
			return a, err
		}
		spent.add(a.effort)
	}
	a, err = find(ctx, ob, i, q.formula, 0)
	a.effort.add(spent)
	return a, err
}

// conclude makes a result of what became of the cases up to the first that is not proved.
func conclude(ob Obligation, findings []finding) Result {
	r := Result{Obligation: ob, Verdict: Proved}
	for _, f := range findings {
		r.Duration += f.duration
		r.Effort.add(f.effort)
		if r.Verdict == Proved && f.verdict == Proved {
			r.answers = append(r.answers, f.answer)
		} else if r.Verdict == Proved {
			r.Verdict, r.Reason, r.Counterexample = f.verdict, f.reason, f.counterexample
		}
	}
	return r
}

// want is the answer that proves a case of the obligation.
func want(ob Obligation) sat.Status {
	if ob.Possible {
		return sat.Sat
	}
	return sat.Unsat
}

// refute makes a counterexample and replays it.
func (s *system) refute(c Case, formula []term, a answer) (*Counterexample, error) {
	x := &Counterexample{Case: c.Name}
	if a.status == sat.Unsat { // it was to be possible, and is not
		return x, nil
	}
	x.Values = smaller(c, formula, a.values)
	return x, s.show(c, formula, x)
}

// search is the finder that solves. It keeps the proofs for a certificate if record, and
// does not solve what is known; nil stands for nothing.
func search(record bool, known *Known) finder {
	return func(ctx context.Context, _ Obligation, _ int, formula []term, most int) (answer, error) {
		if err := stopped(ctx); err != nil {
			return answer{}, err
		}
		seconds := stopwatch()
		b := blast(formula)
		f := b.Formula()
		var d sum
		if known != nil {
			d = sumOf(f)
			if a, ok := known.look(d); ok {
				seconds()
				return a, nil
			}
		}
		r, err := sat.SolveWithin(ctx, f, most)
		a := answer{status: r.Status, steps: r.Steps, effort: Effort{1, len(f.Clauses), r.Conflicts, seconds()}, solution: &solution{b, r.Proof}}
		switch {
		case err != nil:
		case r.Status == sat.Unknown:
			err = cmp.Or(stopped(ctx), errGaveUp)
		case r.Status == sat.Sat:
			a.values = b.Assignment(r.Model)
		case record:
			a.outline, err = sat.NewOutline(f, r.Proof)
		case known != nil:
			known.keep(d, a)
		}
		return a, err
	}
}

// blast translates a formula.
func blast(formula []term) *bv.Blaster {
	b := bv.NewBlaster()
	for _, t := range formula {
		b.Assert(t)
	}
	return b
}

// smaller looks for a counterexample with smaller numbers, which is easier to
// follow, and cheaper to replay if blocks are filled or copied.
func smaller(c Case, formula []term, found bv.Assignment) bv.Assignment {
	if c.call == nil {
		return found
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, most := range []struct{ size, pages int }{{8, 2}, {17, 3}, {20, 5}} { // bits
		b := blast(formula)
		var units []sat.Lit
		for _, w := range c.call.words {
			units = append(units, b.Bits(w)[most.size:]...)
		}
		units = append(units, b.Bits(c.call.state.Pages)[most.pages:]...)
		f := b.Formula()
		for _, l := range units {
			f.Add(-l)
		}
		if r, err := sat.Solve(ctx, f); err == nil && r.Status == sat.Sat {
			return b.Assignment(r.Model)
		}
	}
	return found
}

// values lists an assignment's values with the names of the variables.
func values(a bv.Assignment) []string {
	var vs []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		vs = append(vs, fmt.Sprintf("%s = %s", name, number(a[name])))
	}
	return vs
}
