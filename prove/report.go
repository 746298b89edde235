// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/replay"
)

// String returns the result in one line: the obligation, the verdict, the time, and
// the reason or the counterexample if it is not proved.
func (r Result) String() string {
	line := fmt.Sprintf("%-24s %-12s %7.2f s", r.Obligation.Name, r.Verdict, r.Duration.Seconds())
	if r.Reason != "" {
		line += "  " + r.Reason
	}
	if r.Counterexample != nil {
		line += "  " + r.Counterexample.String()
	}
	return line
}

// Steps is the number of steps of the checked proofs.
func (r Result) Steps() (n int) {
	for _, a := range r.answers {
		n += a.steps
	}
	return n
}

// String returns the call with the state before it and its outcome, and then the
// values of the obligation's other variables.
func (c *Counterexample) String() string {
	switch {
	case c.Values == nil:
		return c.Case + ": nothing makes it happen"
	case len(c.Values) == 0:
		return c.Case
	case c.Call == nil:
		return c.Case + ": " + strings.Join(values(c.Values), ", ")
	}
	line := c.Case + ": " + c.Call.String()
	if rest := c.rest(); len(rest) > 0 {
		line += "; " + strings.Join(values(rest), ", ")
	}
	return line
}

// rest are the values that are not part of the call or its state.
func (c *Counterexample) rest() bv.Assignment {
	rest := maps.Clone(c.Values)
	for name := range c.Values {
		state := strings.HasPrefix(name, "global") || name == "pages" || name == "base"
		argument := slices.ContainsFunc(c.Call.Function.Params, func(p contract.Param) bool { return p.Name == name })
		if state || argument || strings.HasPrefix(name, "grow") || strings.HasPrefix(name, "load") || strings.HasPrefix(name, "loop") || strings.HasPrefix(name, "heap") || strings.HasPrefix(name, "header") || strings.HasPrefix(name, "others") {
			delete(rest, name)
		}
	}
	return rest
}

// String gives the call in one line, as in
//
//	alloc(size 16, align 8) = 1032 from top 1025, end 65536, 1 page, global 0 = 0xfffffbff
func (c *Call) String() string {
	var b strings.Builder
	b.WriteString(c.Function.Name + "(")
	for i, v := range c.Args {
		fmt.Fprintf(&b, "%s%s %s", map[bool]string{true: ", "}[i > 0], c.Function.Params[i].Name, decimal(v))
	}
	b.WriteString(")")
	switch {
	case c.After.Trap == replay.Endless:
		b.WriteString(" does not return")
	case c.After.Trap != "":
		fmt.Fprintf(&b, " traps (%s)", c.After.Trap)
	case len(c.After.Results) > 0:
		fmt.Fprintf(&b, " = %s", decimal(c.After.Results[0]))
	}
	fmt.Fprintf(&b, " from base %s, top %s, end %s, %s", decimal(c.Base), decimal(c.Top), decimal(c.End), pages(c.Before.Pages))
	for i, g := range c.Before.Globals {
		if n := len(c.Before.Globals) - len(c.Words); i < n {
			fmt.Fprintf(&b, ", global %d = %#x", i, g)
		} else {
			fmt.Fprintf(&b, ", word at %d = %#x", c.Words[i-n], g)
		}
		if after := c.After.State.Globals; after[i] != g {
			fmt.Fprintf(&b, " (then %#x)", after[i])
		}
	}
	had := c.Before.Pages
	for i, n := range c.Others {
		if n > had {
			had = n
			fmt.Fprintf(&b, ", another thread growing the memory to %s before access %d", pages(n), i+1)
		}
	}
	if n := c.After.State.Pages; n != c.Before.Pages {
		fmt.Fprintf(&b, ", then %s", pages(n))
	}
	if c.Refused != 0 {
		b.WriteString(", the host refusing to grow")
	}
	return b.String()
}

func pages(n uint64) string {
	if n == 1 {
		return "1 page"
	}
	return fmt.Sprintf("%d pages", n)
}

// decimal returns small numbers in decimal and large ones in hexadecimal.
func decimal(n uint64) string {
	if n < 1<<24 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%#x", n)
}

func number(v bv.Value) string {
	if v.Hi != 0 {
		return v.String()
	}
	return decimal(v.Lo)
}

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

// Summary is a report for JSON.
type Summary struct {
	Verdict     Verdict             `json:"verdict"`
	Obligations []ObligationSummary `json:"obligations"`
}

// ObligationSummary is one obligation's outcome for JSON.
type ObligationSummary struct {
	Name         string  `json:"name"`
	Statement    string  `json:"statement"`
	Verdict      Verdict `json:"verdict"`
	Reason       string  `json:"reason,omitempty"`
	Milliseconds int64   `json:"milliseconds"`
	Steps        int     `json:"steps"` // of the checked proofs
	Effort
	Counterexample *RefutationSummary `json:"counterexample,omitempty"`
}

// RefutationSummary is a counterexample for JSON.
type RefutationSummary struct {
	Case   string            `json:"case"`
	Values map[string]string `json:"values,omitempty"` // by the names of the variables
	Call   string            `json:"call,omitempty"`   // in words, with its outcome
	Script string            `json:"script,omitempty"` // for the judge's replay
	Rule   string            `json:"rule,omitempty"`   // of the judge's, that it breaks
}

// Summary returns the report without the proofs themselves.
func (r *Report) Summary() Summary {
	s := Summary{Verdict: r.Verdict(), Obligations: []ObligationSummary{}}
	for _, x := range r.Results {
		s.Obligations = append(s.Obligations, ObligationSummary{
			Name: x.Obligation.Name, Statement: x.Obligation.Text, Verdict: x.Verdict,
			Reason: x.Reason, Milliseconds: x.Duration.Milliseconds(), Steps: x.Steps(), Effort: x.Effort,
			Counterexample: x.Counterexample.summary(),
		})
	}
	return s
}

func (c *Counterexample) summary() *RefutationSummary {
	if c == nil {
		return nil
	}
	s := &RefutationSummary{Case: c.Case, Values: map[string]string{}, Script: c.Script, Rule: c.Rule}
	for name, v := range c.Values {
		s.Values[name] = number(v)
	}
	if c.Call != nil {
		s.Call = c.Call.String()
	}
	return s
}
