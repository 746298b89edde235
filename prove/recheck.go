// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"context"
	"errors"
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sat"
	"github.com/genalloc/genalloc/wasm"
)

// Check checks a certificate without any search: it makes the obligations and their
// formulas from the module anew, and checks that what was recorded decides each. The
// error says what does not hold. m is the module in the bytes, which has to be valid.
//
// Why this is enough: what has to be proved comes from the module and the contract
// alone, as in Run; the certificate only takes the solver's place. The hints come from
// it, but need not be trusted. A path is dead only if that is recorded, so leaving
// something out makes the check fail.
func (c *Certificate) Check(ctx context.Context, module []byte, m *wasm.Module, promised contract.Contract, o Options) (*Report, error) {
	switch {
	case c.Module != digest(module):
		return nil, errors.New("the certificate is about other bytes: its SHA-256 is not the module's")
	case c.Contract != promised.String():
		return nil, fmt.Errorf("the certificate is about another contract: %q, and not %q", c.Contract, promised)
	}
	s, err := newSystem(m, promised, Hints(c.Hints))
	if err != nil {
		return nil, err
	}
	cases, err := c.index()
	if err != nil {
		return nil, err
	}
	o.probe, o.recorded = true, cases
	report, err := s.run(ctx, o, recorded(cases))
	if err != nil {
		return nil, err
	}
	return report, c.covers(report)
}

// caseName names a case of all obligations.
type caseName struct{ obligation, name string }

func (c *Certificate) index() (map[caseName]CertifiedCase, error) {
	cases := map[caseName]CertifiedCase{}
	for _, ob := range c.Obligations {
		for _, k := range ob.Cases {
			name := caseName{ob.Name, k.Name}
			if _, twice := cases[name]; twice {
				return nil, fmt.Errorf("%s, %s: it comes twice", ob.Name, k.Name)
			}
			cases[name] = k
		}
	}
	return cases, nil
}

// covers compares the certificate with what had to be proved.
func (c *Certificate) covers(r *Report) error {
	for i, x := range r.Results {
		switch ob := x.Obligation; {
		case x.Verdict != Proved:
			return fmt.Errorf("%s is not proved by the certificate: %s", ob.Name, x.Reason)
		case i >= len(c.Obligations) || c.Obligations[i].Name != ob.Name || c.Obligations[i].Statement != ob.Text:
			return fmt.Errorf("obligation %d of the certificate is not %s: %s", i+1, ob.Name, ob.Text)
		case len(c.Obligations[i].Cases) != len(ob.Cases):
			return fmt.Errorf("%s has %d cases, and not the certificate's %d", ob.Name, len(ob.Cases), len(c.Obligations[i].Cases))
		}
	}
	if n := len(c.Obligations); n > len(r.Results) {
		return fmt.Errorf("the certificate has %d obligations, and the module %d", n, len(r.Results))
	}
	return nil
}

var errNotRecorded = errors.New("nothing is recorded of it")

// recorded is the finder that looks up what a certificate says, and checks it.
func recorded(cases map[caseName]CertifiedCase) finder {
	return func(ctx context.Context, ob Obligation, i int, formula []term, _ int) (answer, error) {
		if err := stopped(ctx); err != nil {
			return answer{}, err
		}
		k, ok := cases[caseName{ob.Name, ob.Cases[i].Name}]
		switch {
		case !ok:
			return answer{}, errNotRecorded
		case ob.Possible:
			return k.possible(formula)
		}
		return k.impossible(formula)
	}
}

// possible evaluates a formula under the recorded values.
func (k CertifiedCase) possible(formula []term) (answer, error) {
	for _, t := range formula {
		if !k.Values.Holds(t) {
			return answer{}, errors.New("the recorded values do not make it happen")
		}
	}
	return answer{status: sat.Sat, values: k.Values}, nil
}

// impossible derives the empty clause from a formula by way of the recorded clauses.
func (k CertifiedCase) impossible(formula []term) (answer, error) {
	f := blast(formula).Formula()
	proof, err := unpackProof(k.Proof, f)
	if err == nil {
		err = sat.Check(f, proof)
	}
	return answer{status: sat.Unsat, steps: len(proof)}, err
}
