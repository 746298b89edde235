// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/prove/sym"
)

// Obligation is a statement to be proved.
type Obligation struct {
	Name  string // such as alloc.bounds
	Text  string // the statement in words
	Cases []Case

	// After names obligations about the same call, earlier ones, that are facts here
	// once they are proved, path by path.
	After []string

	// Possible turns the statement around: the assumptions of each case have to be
	// satisfiable, so that the other obligations are not vacuous.
	Possible bool

	// Assumed says that these are lemmas of the executor.
	Assumed bool

	// Facts names obligations about the same call, earlier ones, that are to imply
	// this one whatever the path, if they are proved. See implication.go.
	Facts []string

	// As forAll was given them.
	call  *call
	given []term
	goal  func(o outcome) term
}

// Case is an obligation on one path: whenever the assumptions hold, so does the goal.
type Case struct {
	Name   string // the path
	Assume []term
	Goal   term
	given  []term // of Assume: what is assumed here and not on the path as such
	call   *call  // what to replay; nil where nothing is called
	path   *sym.Path

	loosen func(s *system, formula []term) []term // if not nil, makes question.loose
	inner  bool                                   // about the prover's own reasoning: if it is wrong, the module need not be
}

// formula returns the statements that all hold exactly when the case fails, or for a
// Possible obligation when the case happens.
func (c Case) formula(s *system, possible bool) []term {
	if possible {
		return c.Assume
	}
	return append(c.Assume[:len(c.Assume):len(c.Assume)], s.Not(c.Goal))
}

// forAll makes an obligation that has the goal on every path.
func (k *call) forAll(name, text string, goal func(o outcome) term, assume ...term) Obligation {
	ob := Obligation{Name: k.label + "." + name, Text: text, call: k, given: assume, goal: goal}
	for _, o := range k.outcomes {
		c := Case{Name: o.name, Goal: goal(o), given: assume, call: k, path: o.path, loosen: k.anyProduct()}
		c.Assume = slices.Concat(k.assume, assume, o.path.Conds, o.facts)
		ob.Cases = append(ob.Cases, c)
	}
	return ob
}

// parts returns a case for each of the goals.
func (c Case) parts(goals []term) (all []Case) {
	name := c.Name
	for i, g := range goals {
		if c.Goal = g; i > 0 {
			c.Name = fmt.Sprintf("%s, %d", name, i+1)
		}
		all = append(all, c)
	}
	return all
}

// unless restricts an obligation to states in which the statement does not hold.
func (s *system) unless(holds term, ob Obligation) Obligation {
	ob.given = append(ob.given[:len(ob.given):len(ob.given)], s.Not(holds))
	for i := range ob.Cases {
		ob.Cases[i].Assume = append(ob.Cases[i].Assume, s.Not(holds))
		ob.Cases[i].given = append(ob.Cases[i].given, s.Not(holds))
	}
	return ob
}

// function is what the obligation is about: a function's name, start or elsewhere.
func (ob Obligation) function() string {
	function, _, _ := strings.Cut(ob.Name, ".")
	return function
}

// after lets an obligation build on earlier ones about the same call.
func (ob Obligation) after(names ...string) Obligation {
	for _, n := range names {
		ob.After = append(ob.After, ob.function()+"."+n)
	}
	return ob
}

// ordered returns an error unless every obligation builds only on earlier ones about
// the same call. A name that stands for none would silently add no fact.
func ordered(obligations []Obligation) error {
	earlier := map[string]bool{}
	for _, ob := range obligations {
		for _, name := range slices.Concat(ob.After, ob.Facts) {
			switch {
			case !earlier[name]:
				return fmt.Errorf("obligation %s: builds on %s, which no earlier obligation is called", ob.Name, name)
			case !strings.HasPrefix(name, ob.function()+"."):
				return fmt.Errorf("obligation %s: builds on %s, which is about another call", ob.Name, name)
			}
		}
		earlier[ob.Name] = true
	}
	return nil
}

// fact is what a case says once it is proved.
func (c Case) fact(s *system) term { return s.Implies(s.All(c.given...), c.Goal) }
