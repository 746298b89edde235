// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/prove/script"
	"github.com/genalloc/genalloc/wasm"
)

// recheck checks the proofs in a certificate.
func (o *proveOptions) recheck(ctx context.Context, file string, b []byte, m *wasm.Module, c contract.Contract, s streams) error {
	start := time.Now()
	in := s.in
	if o.check != "-" {
		f, err := os.Open(o.check)
		if err != nil {
			return &contract.FlagError{Flag: "check", Err: fmt.Errorf("%s: %w", o.check, pathError(err))}
		}
		defer f.Close()
		in = f
	}
	refuse := func(err error) error { return wrong(fmt.Errorf("%s: %w", inputName(o.check), err)) }
	certificate, err := prove.ReadCertificate(in)
	if err != nil {
		return refuse(err)
	}
	report, err := certificate.Check(ctx, b, m, c, prove.Options{Jobs: o.jobs})
	if err != nil {
		return refuse(err)
	}
	if o.json {
		return s.printJSON(report.Summary())
	}
	return s.print(fmt.Appendf(nil, "%s: proved: %d obligations by the certificate %s, %.1f s\n",
		plain.Text(inputName(file)), len(report.Results), plain.Text(inputName(o.check)), time.Since(start).Seconds()))
}

// tell prints the outcome. What is not proved is the status, too.
func (o *proveOptions) tell(ctx context.Context, file string, b []byte, c contract.Contract, r *prove.Report, took time.Duration, s streams) error {
	for _, x := range r.Results {
		if x.Counterexample == nil || o.quiet {
			continue
		}
		found := addScript(ctx, b, c, x.Counterexample)
		if found && !o.json { // one is enough to look at
			break
		}
	}
	var err error
	if o.json {
		err = s.printJSON(r.Summary())
	} else {
		err = s.print([]byte(printableText(o.text(file, r, took))))
	}
	if err != nil {
		return err
	}
	return verdict(file, r)
}

// addScript looks for calls that lead to the counterexample.
func addScript(ctx context.Context, module []byte, c contract.Contract, x *prove.Counterexample) bool {
	text, rule, ok := script.Find(ctx, module, c, x)
	if ok {
		x.Script, x.Rule = text, rule
	}
	return ok
}

// text is the summary, behind a script if there is a refutation.
func (o *proveOptions) text(file string, r *prove.Report, took time.Duration) string {
	var b strings.Builder
	counts := map[prove.Verdict]int{}
	scripted := false
	for _, x := range r.Results {
		counts[x.Verdict]++
		if k := x.Counterexample; k != nil && k.Script != "" && !scripted {
			scripted = true
			fmt.Fprintf(&b, "%s, as calls that break the rule %q, to be run by validate --replay:\n", x.Obligation.Name, k.Rule)
			for line := range strings.Lines(k.Script) {
				b.WriteString("    " + line)
			}
		}
	}
	if counts[prove.Refuted] > 0 && !scripted && !o.quiet {
		b.WriteString("the states were set directly: no short sequence of calls that leads there was found, so they may be out of reach, or --top or --end may be wrong\n")
	}
	fmt.Fprintf(&b, "%s: %s: %d obligations proved, %d refuted, %d inconclusive, %.1f s\n", inputName(file), r.Verdict(),
		counts[prove.Proved], counts[prove.Refuted], counts[prove.Inconclusive], took.Seconds())
	return b.String()
}

// verdict is the error that says what is not proved; nil where all is.
func verdict(file string, r *prove.Report) error {
	v := r.Verdict()
	if v == prove.Proved {
		return nil
	}
	var names []string
	for _, x := range r.Results {
		if x.Verdict == v {
			names = append(names, x.Obligation.Name)
		}
	}
	err := fmt.Errorf("%s: %d of %d obligations %s: %s", inputName(file), len(names), len(r.Results), v, strings.Join(names, ", "))
	if v == prove.Refuted {
		return wrong(err)
	}
	return open(err)
}
