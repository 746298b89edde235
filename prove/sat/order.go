// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"errors"
	"fmt"
	"slices"
)

// Ordered puts the clauses of each chain into an order in which they resolve, so that a
// proof can be kept as sets of clauses. Nobody has to trust it: Check refuses a chain
// whose order is wrong.
//
// What is learned rests on propagation. Let all literals be false whose negation is
// nowhere in the set: then every clause but one implies a literal of its own, in turn,
// and the last one is false. From there back, each resolves with what comes of the
// later ones.
func Ordered(f *Formula, sets Proof) (Proof, error) {
	n := 2*f.NumVars + 2
	o := orderer{clauses: slices.Clone(f.Clauses), first: make([]int32, n), holds: make([]bool, n), needed: make([]bool, n)}
	proof := make(Proof, len(sets))
	for i, set := range sets {
		var err error
		if proof[i], err = o.order(set); err != nil {
			return nil, fmt.Errorf("step %d: %w", i, err)
		}
	}
	return proof, nil
}

// An orderer holds the clauses so far, and what is known of the set at hand.
type orderer struct {
	clauses [][]Lit
	size    int // literals of the clauses derived

	set           Chain
	first         []int32 // by literal: the first of its places, 0 for none
	places        []place
	open          []int32 // by clause of the set: its literals that may still become true
	holds, needed []bool  // by literal
	reasons       []reason
	units         []int32 // clauses of the set with one open literal
}

// A place is where a literal occurs. Those of a literal are a list.
type place struct{ clause, next int32 }

// A reason is a clause of the set and the literal that it implied.
type reason struct {
	clause int32
	lit    Lit
}

// order orders a set, and adds what it derives to the clauses.
func (o *orderer) order(set Chain) (Chain, error) {
	o.set = set
	if err := o.enter(); err != nil {
		return nil, err
	}
	defer o.leave()
	last, ok := o.propagate()
	if !ok {
		return nil, errors.New("propagation of its clauses makes none of them false")
	}
	chain := Chain{set[last]}
	derived := o.need(nil, set[last])
	for _, r := range slices.Backward(o.reasons) {
		if o.needed[index(-r.lit)] {
			chain = append(chain, set[r.clause])
			derived = o.need(derived, set[r.clause])
		}
	}
	if o.size += len(derived); o.size > mostDerived {
		return nil, fmt.Errorf("more than %d literals derived", mostDerived)
	}
	o.clauses = append(o.clauses, derived)
	return chain, nil
}

// enter lists the places of each literal, and counts the open ones of each clause.
func (o *orderer) enter() error {
	o.places = append(o.places[:0], place{})
	o.open, o.reasons, o.units = o.open[:0], o.reasons[:0], o.units[:0]
	for i, id := range o.set {
		if id < 0 || int(id) >= len(o.clauses) {
			o.set = o.set[:i]
			o.leave()
			return fmt.Errorf("names clause %d, which is not before it", id)
		}
		for _, l := range o.clauses[id] {
			o.places = append(o.places, place{int32(i), o.first[index(l)]})
			o.first[index(l)] = int32(len(o.places) - 1)
		}
	}
	for _, id := range o.set {
		open := int32(0)
		for _, l := range o.clauses[id] {
			if o.first[index(-l)] != 0 {
				open++
			}
		}
		o.open = append(o.open, open)
	}
	return nil
}

// leave forgets the set.
func (o *orderer) leave() {
	for _, id := range o.set {
		for _, l := range o.clauses[id] {
			o.first[index(l)], o.holds[index(l)], o.needed[index(l)] = 0, false, false
		}
	}
}

// propagate returns the first clause that is false.
func (o *orderer) propagate() (last int, ok bool) {
	for i, open := range o.open {
		switch open {
		case 0:
			return i, true
		case 1:
			o.units = append(o.units, int32(i))
		}
	}
	for n := 0; n < len(o.units); n++ {
		i := o.units[n]
		for _, l := range o.clauses[o.set[i]] {
			if o.first[index(-l)] == 0 || o.holds[index(-l)] || o.holds[index(l)] {
				continue
			}
			o.holds[index(l)] = true
			o.reasons = append(o.reasons, reason{i, l})
			for p := o.first[index(-l)]; p != 0; p = o.places[p].next {
				c := o.places[p].clause
				switch o.open[c]--; o.open[c] {
				case 0:
					return int(c), true
				case 1:
					o.units = append(o.units, c)
				}
			}
		}
	}
	return 0, false
}

// need marks the literals of a clause of the chain, and appends those that stay in what
// the chain derives.
func (o *orderer) need(derived []Lit, id int32) []Lit {
	for _, l := range o.clauses[id] {
		if !o.needed[index(l)] && o.first[index(-l)] == 0 {
			derived = append(derived, l)
		}
		o.needed[index(l)] = true
	}
	return derived
}
