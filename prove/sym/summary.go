// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"math/rand/v2"

	"github.com/genalloc/genalloc/prove/bv"
)

// summary says what the complete rounds 0 to k-1 of a cut loop did.
type summary struct {
	*exploration
	r           *run
	form        *closedForm
	j, k, bound *bv.Term
}

// add gives last, the run in round k, the effects of the rounds before. A loop
// that does nothing but write, or copy, side by side is one Fill or one Copy;
// otherwise each effect stands for itself in any round.
func (s *summary) add(last *run, rounds []*run) {
	if len(rounds) == 1 {
		done := rounds[0].Effects[len(s.r.Effects):]
		if effect, lemmas, ok := s.whole(rounds[0], done); ok {
			last.Effects = append(last.Effects, effect)
			last.Lemmas = append(last.Lemmas, lemmas...)
			last.Conds = append(last.Conds, s.passed(effect)...)
			return
		}
	}
	for _, back := range rounds {
		where := s.B.All(back.Conds[len(s.r.Conds):]...)
		for _, f := range back.Effects[len(s.r.Effects):] {
			f.Where, f.Round, f.Rounds = s.B.And(f.Where, where), s.j, s.k
			if f.Kind == Load {
				f.Value = nil
			}
			last.Effects = append(last.Effects, f)
		}
	}
}

// passed says what is known because each of the rounds passed its own check
// against the memory's size: with a round at all, the whole is inside.
func (s *summary) passed(f Effect) (conds []*bv.Term) {
	for _, at := range []*bv.Term{f.Addr, f.From} {
		if at != nil {
			none := s.B.Eq(f.Len, s.number(0))
			inside := s.B.Not(s.B.Or(s.beyond(s.r, at, s.number(0)), s.beyond(s.r, at, f.Len)))
			conds = append(conds, s.B.Or(none, inside))
		}
	}
	return conds
}

// whole reads one round's effects as a part of a Fill or a Copy.
func (s *summary) whole(back *run, done []Effect) (effect Effect, lemmas []Lemma, ok bool) {
	if len(done) == 0 || done[len(done)-1].Kind != Store {
		return Effect{}, nil, false
	}
	store := done[len(done)-1]
	to, up, lemmas, ok := s.side(back, store)
	if !ok {
		return Effect{}, nil, false
	}
	n := s.B.Mul(s.wide(s.k), store.Len)
	effect = Effect{Kind: Fill, Addr: to, Len: n, Value: store.Value, At: s.r.at(), Where: s.B.Bool(true)}
	if len(done) == 1 && s.uniform(store.Value) {
		return effect, lemmas, true
	}
	if len(done) != 2 || done[0].Kind != Load || done[0].Value != store.Value {
		return Effect{}, nil, false
	}
	from, alike, more, ok := s.side(back, done[0])
	if !ok || alike != up {
		return Effect{}, nil, false
	}
	effect.Kind, effect.From, effect.Value = Copy, from, nil
	return effect, append(append(lemmas, more...), s.direction(to, from, n, up)), true
}

// side shows that an access moves by its own length from round to round, up or
// down, without wrapping, and returns the lowest address of all rounds.
func (s *summary) side(back *run, f Effect) (low *bv.Term, up bool, lemmas []Lemma, ok bool) {
	b := s.B
	first := b.Substitute(f.Addr, map[*bv.Term]*bv.Term{s.j: b.Const(s.j.Width, 0)})
	moved := b.Mul(s.wide(s.j), f.Len)
	var claim *bv.Term
	samples := s.samples()
	for i := range samples { // early rounds, so that addresses do not wrap
		samples[i][s.j.Name] = bv.U(uint64(i))
	}
	switch {
	case s.free(f.Addr):
		return nil, false, nil, false
	case never(samples, b.Ne(f.Addr, b.Add(first, moved))):
		up, low, claim = true, first, b.Eq(f.Addr, b.Add(first, moved))
	case never(samples, b.Ne(f.Addr, b.Sub(first, moved))):
		low = b.Sub(b.Add(first, f.Len), b.Mul(s.wide(s.k), f.Len))
		claim = b.Eq(f.Addr, b.Sub(first, moved))
	default:
		return nil, false, nil, false
	}
	assume := append(back.Conds[:len(back.Conds):len(back.Conds)], b.Ule(s.j, s.bound))
	return low, up, []Lemma{{Name: "loop access", Assume: assume, Goal: claim, At: f.At}}, true
}

// direction says that no round reads what an earlier one wrote.
func (s *summary) direction(to, from, n *bv.Term, up bool) Lemma {
	b := s.B
	if !up {
		to, from = from, to
	}
	assume := append(s.r.Conds[:len(s.r.Conds):len(s.r.Conds)], b.Ule(s.k, s.bound))
	goal := b.Any(b.Ule(to, from), b.Ule(b.Add(from, n), to))
	return Lemma{Name: "loop direction", Assume: assume, Goal: goal, At: s.r.at()}
}

// uniform tells whether every round stores the same byte all over v.
func (s *summary) uniform(v *bv.Term) bool {
	if s.free(v) || bv.Mentions(v, s.j) {
		return false
	}
	for i := 8; i < v.Width; i += 8 {
		if s.B.Extract(v, i, 8) != s.B.Extract(v, 0, 8) {
			return false
		}
	}
	return true
}

// free tells whether t depends on a local that has no closed form.
func (s *summary) free(t *bv.Term) bool {
	for v := range s.form.free {
		if bv.Mentions(t, v) {
			return true
		}
	}
	return false
}

// samples returns assignments to try guesses on. The memory is larger than any
// can be, so that no access is out of bounds and loops end for other reasons.
func (x *Executor) samples() []bv.Assignment {
	rng := rand.New(rand.NewPCG(1, 1))
	all := make([]bv.Assignment, 12)
	for i := range all {
		all[i] = bv.Assignment{}
		for _, v := range x.B.Vars() {
			n := rng.Uint64()
			switch {
			case v.Width == x.Wide():
				n = 1 << (x.AddrWidth() - 15)
			case v.Width == x.AddrWidth() && i%2 == 0:
				n %= 1 << 20
			case v.Width < 64:
				n &= 1<<v.Width - 1
			}
			all[i][v.Name] = bv.U(n)
		}
	}
	return all
}

// never tells whether the Bool t is false in every sample.
func never(samples []bv.Assignment, t *bv.Term) bool {
	for _, a := range samples {
		if a.Holds(t) {
			return false
		}
	}
	return true
}

// difference returns x - y if that is the same in every sample.
func (x *Executor) difference(samples []bv.Assignment, t, u *bv.Term) (bv.Value, bool) {
	d := x.B.Sub(t, u)
	first := samples[0].Eval(d)
	for _, a := range samples[1:] {
		if a.Eval(d) != first {
			return bv.Value{}, false
		}
	}
	return first, true
}
