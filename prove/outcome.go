// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Names returns the obligations with that verdict, in order.
func (r *Report) Names(v Verdict) []string {
	var names []string
	for _, x := range r.Results {
		if x.Verdict == v {
			names = append(names, x.Obligation.Name)
		}
	}
	return names
}

// Err says in one line which obligations are not proved; nil where all are.
func (r *Report) Err() error {
	v := r.Verdict()
	if v == Proved {
		return nil
	}
	names := r.Names(v)
	return fmt.Errorf("%d of %d obligations %s: %s", len(names), len(r.Results), v, strings.Join(names, ", "))
}

// WriteScript writes the first script among the counterexamples, or why there is none.
// It writes nothing where nothing is refuted.
func (r *Report) WriteScript(w io.Writer) {
	if r.Verdict() != Refuted {
		return
	}
	for _, x := range r.Results {
		k := x.Counterexample
		if k == nil || k.Script == "" {
			continue
		}
		fmt.Fprintf(w, "%s, as calls that break the rule %q; run them with validate --replay:\n", x.Obligation.Name, k.Rule)
		for line := range strings.Lines(k.Script) {
			io.WriteString(w, "    "+line)
		}
		return
	}
	io.WriteString(w, "no short sequence of calls leads to these states: they may be out of reach, or --top or --end may be wrong\n")
}

// WriteTotals writes how many obligations have each verdict, without the end of the line.
func (r *Report) WriteTotals(w io.Writer) {
	fmt.Fprintf(w, "%s: %d obligations proved, %d refuted, %d inconclusive", r.Verdict(),
		len(r.Names(Proved)), len(r.Names(Refuted)), len(r.Names(Inconclusive)))
}

// WriteCertificate writes the certificate of the module that was proved.
func (r *Report) WriteCertificate(w io.Writer, module []byte) error {
	c, err := r.Certificate(module)
	if err != nil {
		return err
	}
	return c.Write(w)
}

// Worst returns the first result with the verdict on the module.
func (r *Report) Worst() Result {
	v := r.Verdict()
	return r.Results[slices.IndexFunc(r.Results, func(x Result) bool { return x.Verdict == v })]
}
