// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/files"
	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/prove/script"
)

// proveTimeout is the limit for one case of an obligation unless a flag says otherwise.
const proveTimeout = 2 * time.Minute

// proveOptions are the flags of prove.
type proveOptions struct {
	given              contract.Order
	names              map[string]string // of functions in a program, by those in the contract
	top                prove.Cell
	end                prove.End
	dirtyMark, floor   prove.Cell
	timeout            time.Duration
	jobs               int
	certificate, check fileName
	smt2, lrat         fileName // directories
	json, quiet        bool
}

// newProve returns the verb that proves a module for all inputs.
func newProve(s streams) *cobra.Command {
	o := &proveOptions{}
	c := fileVerb("prove", func(c *cobra.Command, file string) error {
		return o.run(c.Context(), file, c.Flags(), s)
	})
	f := c.Flags()
	f.Var(&o.certificate, "certificate", "")
	f.Var(&o.check, "check", "")
	f.Var(&o.smt2, "emit-smt2", "")
	f.Var(&o.lrat, "emit-lrat", "")
	f.DurationVar(&o.timeout, "timeout", proveTimeout, "")
	f.IntVar(&o.jobs, "jobs", runtime.NumCPU(), "")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "")
	f.BoolVar(&o.json, "json", false, "")
	f.TextVar(&o.top, "top", o.top, "")
	f.TextVar(&o.end, "end", o.end, "")
	f.TextVar(&o.dirtyMark, "dirty-mark", o.dirtyMark, "")
	f.TextVar(&o.floor, "floor", o.floor, "")
	addContractFlags(c, &o.given)
	functions := f.Lookup("functions")
	functions.Value = located{functions.Value, &o.names}
	return c
}

// refuse refuses flags that contradict each other.
func (o *proveOptions) refuse(file string, flags *pflag.FlagSet) error {
	switch {
	case o.check != "" && o.smt2 != "":
		return refuse("check", "it solves nothing, and --emit-smt2 writes what is solved: drop either")
	case o.check != "" && o.lrat != "":
		return refuse("check", "it solves nothing, and --emit-lrat writes what is solved: drop either")
	case o.check != "" && o.certificate != "":
		return refuse("check", "it contradicts --certificate, which writes what it reads: drop either")
	case o.check == "-" && file == "-":
		return refuse("check", "standard input is the module's: name a file")
	case o.timeout <= 0:
		return refuse("timeout", "%v is not a limit: give a duration such as 90s or 10m", o.timeout)
	case o.jobs < 1:
		return refuse("jobs", "%d is not a number of obligations: give 1 at least", o.jobs)
	}
	for _, search := range []string{"timeout", "top", "end", "dirty-mark", "floor"} {
		if o.check != "" && flags.Changed(search) {
			return refuse("check", "it searches for nothing, and --%s guides a search: drop either", search)
		}
	}
	return nil
}

// run proves the module, or checks the proofs of it. Everything that is read or
// written is looked at first, since the work takes a while.
func (o *proveOptions) run(ctx context.Context, file string, flags *pflag.FlagSet, s streams) error {
	if err := o.refuse(file, flags); err != nil {
		return err
	}
	certificate, err := settleReport("certificate", o.certificate)
	if err != nil {
		return err
	}
	if err := files.Distinct(s.in, files.Places("certificate", string(o.certificate)), files.Places("", file)); err != nil {
		return err
	}
	x, err := readModule(file, s)
	switch linked := err == nil; {
	case errors.Is(err, errNotLinked) && x.module != nil:
		if err = x.link(flags, o.given); err == nil {
			err = x.madeWith()
		}
	case linked && o.names != nil:
		err = x.locate(flags, o.given, o.names)
	case linked:
		err = x.settle(flags, o.given)
	}
	if err != nil {
		return err
	}
	if err := provable(x); err != nil {
		return wrong(fmt.Errorf("%s: %w", x.name, err))
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	if o.check != "" {
		return o.recheck(ctx, x, s)
	}
	if err := prove.Supports(x.contract); err != nil {
		return undecided(fmt.Errorf("%s: %w", x.name, err))
	}
	hints, err := o.hints(x, flags)
	if err != nil {
		return err
	}
	smt2, err := newSMT2(string(o.smt2))
	if err != nil {
		return err
	}
	lrat, err := newLRAT(string(o.lrat))
	if err != nil {
		return err
	}
	options := prove.Options{Timeout: o.timeout, Jobs: o.jobs, Record: certificate != nil}
	if smt2 != nil || lrat != nil {
		options.Formula = func(f prove.Formula) {
			smt2.write(f)
			lrat.write(f)
		}
	}
	start := time.Now()
	report, err := proveShown(ctx, x, hints, options, newProgress(s.err, o.quiet), func(r prove.Result) {
		if !o.json && !o.quiet {
			s.print([]byte(plain.Text(r.String()) + "\n"))
		}
	})
	if err != nil {
		return undecided(fmt.Errorf("%s: %w", x.name, err))
	}
	for _, f := range []*formulas{smt2, lrat} {
		if err := f.finish(); err != nil {
			return err
		}
	}
	if report.Verdict() == prove.Proved {
		if err := certificate.writeReport(func(w io.Writer) error { return report.WriteCertificate(w, x.file) }); err != nil {
			return err
		}
	}
	return o.tell(ctx, x, report, time.Since(start), s)
}

// undecided marks an error that leaves a proof open.
func undecided(err error) error { return &exitError{status: exitUndecided, err: err} }

// provable refuses what an engine does not take, or what lacks the contract's
// functions: the prover relies on both.
func provable(x subject) error {
	if err := engine.Validate(x.bytes); err != nil {
		return err
	}
	for _, f := range x.contract.Signatures() {
		if _, _, err := x.module.ExportedFunc(f.Export); err != nil {
			return err
		}
	}
	return nil
}

// proveShown proves the module behind a progress bar, and hands on each verdict as
// it comes.
func proveShown(ctx context.Context, x subject, h prove.Hints, options prove.Options, bar *progress, show func(prove.Result)) (*prove.Report, error) {
	defer bar.clear()
	done, total := 0, 0
	options.Total = func(n int) { total = n }
	options.Progress = func(r prove.Result) {
		bar.clear()
		show(r)
		if done++; total > 0 {
			bar.show(done, total, r.Obligation.Name)
		}
	}
	return prove.Run(ctx, x.module, x.contract, h, options)
}

// hints returns what the flags say of the globals, and guesses the rest.
func (o *proveOptions) hints(x subject, flags *pflag.FlagSet) (prove.Hints, error) {
	h, err := prove.Guess(x.module, x.contract)
	if err != nil && !(flags.Changed("top") && flags.Changed("end")) {
		return h, err
	}
	if flags.Changed("top") {
		h.Top = o.top
	}
	if flags.Changed("end") {
		h.End = o.end
	}
	if flags.Changed("dirty-mark") {
		h.DirtyMark = &o.dirtyMark
	}
	if o.names != nil && flags.Changed("heap-base") {
		h.Placed.Base = o.given.HeapBase.Address
	}
	if o.names != nil && h.Placed.Base == 0 {
		return h, refuse("heap-base", "where the heap begins is not found in the program: give the address")
	}
	if flags.Changed("floor") {
		h.Floor = &o.floor
	}
	return h, nil
}

// recheck checks the proofs in a certificate.
func (o *proveOptions) recheck(ctx context.Context, x subject, s streams) error {
	start, path := time.Now(), string(o.check)
	in, err := s.open(path)
	if err != nil {
		return refuse("check", "%w", err)
	}
	defer in.Close()
	certificate, err := prove.ReadCertificate(in)
	var report *prove.Report
	if err == nil {
		report, err = certificate.Check(ctx, x.file, x.module, x.contract, prove.Options{Jobs: o.jobs})
	}
	switch {
	case err != nil:
		return wrong(fmt.Errorf("%s: %w", inputName(path), err))
	case o.json:
		return s.printJSON(report.Summary())
	}
	return s.print(fmt.Appendf(nil, "%s: proved: %d obligations by the certificate %s, %.1f s\n",
		plain.Text(x.name), len(report.Results), plain.Text(inputName(path)), time.Since(start).Seconds()))
}

// tell prints the outcome. The error says what is not proved.
func (o *proveOptions) tell(ctx context.Context, x subject, r *prove.Report, took time.Duration, s streams) error {
	if !o.quiet || o.json {
		script.Attach(ctx, x.bytes, x.contract, r, o.json)
	}
	var err error
	if o.json {
		err = s.printJSON(r.Summary())
	} else {
		var b bytes.Buffer
		if !o.quiet {
			r.WriteScript(&b)
		}
		fmt.Fprintf(&b, "%s: ", x.name)
		r.WriteTotals(&b)
		fmt.Fprintf(&b, ", %.1f s", took.Seconds())
		if base := r.Hints.Placed.Base; base != 0 {
			fmt.Fprintf(&b, "; its heap begins at %d", base)
		}
		fmt.Fprintln(&b)
		err = s.print([]byte(plain.Lines(b.String())))
	}
	if err != nil {
		return err
	}
	err = r.Err()
	if err == nil {
		return nil
	}
	if err = fmt.Errorf("%s: %w", x.name, err); r.Verdict() == prove.Refuted {
		return wrong(err)
	}
	return undecided(err)
}
