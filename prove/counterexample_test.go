// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/sat"
	"github.com/genalloc/genalloc/prove/sym"
)

// wraps is an edit of page.wat after which an end above 4 GiB wraps.
var wraps = []string{"(i32.lt_u (local.get $at) (local.get $size))", "(i32.const 0)"}

// refuted returns the case of the obligation that is refuted, with its formula and
// its counterexample.
func refuted(t *testing.T, s *system, name string) (Case, []term, *Counterexample) {
	t.Helper()
	all := obligationsOf(t, s, callsOf(t, s))
	for _, ob := range all {
		if ob.Name != name {
			continue
		}
		questions := s.questions(ob, nil)
		r := s.decide(t.Context(), ob, questions, Options{}, search(false, nil))
		if r.Verdict != Refuted {
			t.Fatalf("%s is %s: %s", name, r.Verdict, r.Reason)
		}
		i := slices.IndexFunc(ob.Cases, func(c Case) bool { return c.Name == r.Counterexample.Case })
		return ob.Cases[i], questions[i].formula, r.Counterexample
	}
	t.Fatalf("no obligation %s", name)
	return Case{}, nil, nil
}

func broken(t *testing.T) *system { return edited(t, wraps...) }

func edited(t *testing.T, edits ...string) *system {
	t.Helper()
	c := contract.Must(contract.Parse("--functions=alloc"))
	m := page(t, edits...)
	m.Exports = only(m.Exports, c)
	s, err := newSystem(m, c, pageHints)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCounterexampleIsReplayed(t *testing.T) {
	_, _, x := refuted(t, broken(t), "alloc.bounds")
	k := x.Call
	if k == nil || k.After.Trap != "" || len(k.After.Results) != 1 || len(k.Before.Globals) != 1 {
		t.Fatalf("nothing was called: %+v", k)
	}
	got, size := k.After.Results[0], k.Args[0]
	if got == 0 || got+size <= k.After.State.Pages*65536 {
		t.Errorf("alloc(%d) = %d in %d pages: that is no counterexample", size, got, k.After.State.Pages)
	}
	if line := x.String(); !strings.Contains(line, "alloc(size ") || !strings.Contains(line, "global 0 = 0x") {
		t.Errorf("the line does not tell the call: %s", line)
	}
}

// TestEndless: a loop without end refutes that alloc returns.
func TestEndless(t *testing.T) {
	_, _, x := refuted(t, edited(t, wraps[0], "(loop (result i32) (br 0))"), "alloc.returns")
	if line := x.String(); !strings.Contains(line, "does not return") {
		t.Errorf("the line does not tell it: %s", line)
	}
}

// TestReplayAlarm gives the replay something else to expect than what happens.
func TestReplayAlarm(t *testing.T) {
	s := broken(t)
	c, formula, x := refuted(t, s, "alloc.bounds")
	plus := func(v term) term { return s.Add(v, s.Const(v.Width, 1)) }
	for name, change := range map[string]func(p *sym.Path, x *Counterexample){
		"nothing": func(p *sym.Path, x *Counterexample) {},
		"result":  func(p *sym.Path, x *Counterexample) { p.Results = []term{plus(p.Results[0])} },
		"global":  func(p *sym.Path, x *Counterexample) { p.State.Globals = []term{plus(p.State.Globals[0])} },
		"pages":   func(p *sym.Path, x *Counterexample) { p.State.Pages = plus(p.State.Pages) },
		"trap":    func(p *sym.Path, x *Counterexample) { p.End, p.Why = sym.Trap, "unreachable" },
		"values":  func(p *sym.Path, x *Counterexample) { x.Values["size"] = bv.U(0) },
		"store": func(p *sym.Path, x *Counterexample) {
			one := s.num(1)
			p.Effects = append(p.Effects, sym.Effect{Kind: sym.Store, Addr: s.num(8), Len: one, Value: s.Const(8, 77), Where: s.Bool(true)})
		},
		"load": func(p *sym.Path, x *Counterexample) { // of a byte that is 0: it was never handed out
			load := sym.Effect{Kind: sym.Load, Addr: s.call0(t).pre.top, Len: s.num(1), Value: s.Const(8, 1), Where: s.Bool(true)}
			p.Effects = append([]sym.Effect{load}, p.Effects...)
		},
	} {
		path, again := *c.path, &Counterexample{Case: x.Case, Values: bv.Assignment{}}
		for n, v := range x.Values {
			again.Values[n] = v
		}
		change(&path, again)
		changed := c
		changed.path = &path
		err := s.show(changed, formula, again)
		if alarm := errors.Is(err, errReplay); alarm == (name == "nothing") {
			t.Errorf("%s changed: %v", name, err)
		}
	}
}

// TestAlarmIsInconclusive gives decide a path that is not what the code does.
func TestAlarmIsInconclusive(t *testing.T) {
	s := broken(t)
	c, formula, _ := refuted(t, s, "alloc.bounds")
	path := *c.path
	path.Results = []term{s.Add(path.Results[0], s.Const(32, 4096))}
	c.path = &path
	r := s.decide(t.Context(), Obligation{Name: "alloc.bounds", Cases: []Case{c}}, []question{{formula: formula}}, Options{}, search(false, nil))
	if r.Verdict != Inconclusive || !strings.Contains(r.Reason, "the counterexample does not replay: it returns ") {
		t.Errorf("%s: %s", r.Verdict, r.Reason)
	}
}

// TestDecide holds every answer to an obligation of either kind against the verdict.
func TestDecide(t *testing.T) {
	s := broken(t)
	always, never := s.Bool(true), s.Bool(false)
	for _, tt := range []struct {
		status   sat.Status
		formula  term
		possible bool
		want     Verdict
	}{
		{sat.Unsat, never, false, Proved},
		{sat.Sat, always, false, Refuted},
		{sat.Unknown, always, false, Inconclusive},
		{sat.Unsat, never, true, Refuted},
		{sat.Sat, always, true, Proved},
		{sat.Unknown, always, true, Inconclusive},
	} {
		ob := Obligation{Cases: []Case{{Name: "case"}}, Possible: tt.possible}
		find := func(context.Context, Obligation, int, []term, int) (answer, error) {
			return answer{status: tt.status}, nil
		}
		if r := s.decide(t.Context(), ob, []question{{formula: []term{tt.formula}}}, Options{}, find); r.Verdict != tt.want {
			t.Errorf("%v, possible %v: %s, want %s", tt.status, tt.possible, r.Verdict, tt.want)
		}
	}
}

// call0 is the system's first call.
func (s *system) call0(t *testing.T) *call { return callsOf(t, s)[0] }

// TestHostSaysNo refutes a module that asks for too much and, when that is refused,
// for more: no limit on the memory answers so.
func TestHostSaysNo(t *testing.T) {
	c := contract.Must(contract.Parse("--functions=alloc"))
	m := page(t, `(if (i32.eq
            (memory.grow (i32.sub (i32.sub (i32.const 65536) (memory.size)) (local.get $end)))
            (i32.const -1))
        (then (return (i32.const 0))))`, `(if (i32.eq
            (memory.grow (i32.sub (i32.sub (i32.const 65536) (memory.size)) (local.get $end)))
            (i32.const -1))
        (then (if (i32.eq (memory.grow (i32.sub (i32.sub (i32.const 65537) (memory.size)) (local.get $end)))
            (i32.const -1)) (then (return (i32.const 0))))))`)
	m.Exports = only(m.Exports, c)
	s, err := newSystem(m, c, pageHints)
	if err != nil {
		t.Fatal(err)
	}
	_, _, x := refuted(t, s, "alloc.grow")
	if k := x.Call; k.Refused != 1 || k.After.State.Pages <= k.Before.Pages {
		t.Errorf("refusals %b, %d pages then %d: %v", k.Refused, k.Before.Pages, k.After.State.Pages, x)
	}
}

// TestWideGlobals proves an allocator whose addresses are in 64-bit globals: all is
// right but that a request for nothing fails.
func TestWideGlobals(t *testing.T) {
	_, m := wattest.Assemble(t, read(t, "../validate/testdata/broken/zero-size-null.wat"))
	c := contract.Must(contract.Parse("--functions=alloc"))
	drop(m, c)
	h := Hints{Top: Cell{Global: 0}, End: End{Kind: EndBytes, Cell: Cell{Global: 1}}}
	for name, v := range run(t, m, c, h) {
		if want := map[bool]Verdict{true: Refuted, false: Proved}[name == "alloc.fails"]; v != want {
			t.Errorf("%s is %s, want %s", name, v, want)
		}
	}
}
