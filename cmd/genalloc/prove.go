// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/wasm"
)

// exitOpen is prove's status where some obligation is neither proved nor refuted.
const exitOpen = 3

// proveOptions are the flags of prove.
type proveOptions struct {
	given       contract.Order
	top, end    string
	dirtyMark   string
	timeout     time.Duration
	jobs        int
	certificate string
	check       string
	smt2        string
	formulas    *formulas // written into smt2
	json        bool
	quiet       bool // the summary alone
	noBar       bool
}

// proveTimeout is the limit for one obligation unless a flag says otherwise.
const proveTimeout = 2 * time.Minute

// newProve returns the verb that proves a module for all inputs.
func newProve(s streams) *cobra.Command {
	o := &proveOptions{}
	c := &cobra.Command{
		Use:               "prove FILE",
		Short:             "prove a module for every size, alignment and state",
		Args:              oneFile,
		ValidArgsFunction: completeModules,
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), args[0], c.Flags(), s)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.certificate, "certificate", "", "write the proofs, to be checked by --check")
	f.StringVar(&o.check, "check", "", "check the proofs in a certificate instead of searching for them")
	f.StringVar(&o.smt2, "emit-smt2", "", "write the formulas into a directory, for other solvers")
	f.DurationVar(&o.timeout, "timeout", proveTimeout, "limit for one obligation")
	f.IntVar(&o.jobs, "jobs", runtime.NumCPU(), "obligations at a time")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "the summary alone")
	f.BoolVar(&o.json, "json", false, "as JSON")
	f.StringVar(&o.top, "top", "", "global that holds the top; with a minus sign if negated")
	f.StringVar(&o.end, "end", "", "memory, page, initial, bytes:GLOBAL or pages:GLOBAL")
	f.StringVar(&o.dirtyMark, "dirty-mark", "", "global that holds the dirty mark; with a minus sign if negated")
	addContractFlags(f, &o.given)
	addCompletions(c)
	return c
}

// refuse refuses flags that contradict each other.
func (o *proveOptions) refuse(file string, flags *pflag.FlagSet) error {
	refuse := func(flag, why string) error { return &contract.FlagError{Flag: flag, Err: errors.New(why)} }
	switch {
	case flags.Changed("check") && o.check == "":
		return refuse("check", "the file name is empty: name a certificate")
	case flags.Changed("certificate") && o.certificate == "":
		return refuse("certificate", "the file name is empty: name a certificate")
	case flags.Changed("emit-smt2") && o.smt2 == "":
		return refuse("emit-smt2", "the name is empty: name a directory")
	case o.check != "" && o.smt2 != "":
		return refuse("check", "it solves nothing, and --emit-smt2 writes what is solved: drop either")
	case o.check != "" && o.certificate != "":
		return refuse("check", "it contradicts --certificate, which writes what it reads: drop either")
	case o.check == "-" && file == "-":
		return refuse("check", "standard input is the module's: name a file")
	case o.certificate == "-":
		return refuse("certificate", "standard output is taken by the report: name a file")
	case flags.Changed("timeout") && o.timeout <= 0:
		return refuse("timeout", fmt.Sprintf("%v is no time: give a duration such as 90s or 10m", o.timeout))
	case o.jobs < 1:
		return refuse("jobs", fmt.Sprintf("%d is not a number of obligations: give 1 at least", o.jobs))
	case o.json && o.quiet:
		return refuse("json", "it contradicts --quiet: drop either")
	}
	for _, search := range []string{"timeout", "top", "end", "dirty-mark"} {
		if o.check != "" && flags.Changed(search) {
			return refuse("check", "it searches for nothing, and --"+search+" guides a search: drop either")
		}
	}
	return nil
}

// run proves the module, or checks the proofs of it. Everything that is to be read
// or written is looked at first, since the work takes a while.
func (o *proveOptions) run(ctx context.Context, file string, flags *pflag.FlagSet, s streams) error {
	if err := o.refuse(file, flags); err != nil {
		return err
	}
	to, err := o.destination()
	if err != nil {
		return err
	}
	if err := apart(s, places("certificate", o.certificate), places("", file)); err != nil {
		return err
	}
	b, err := readModule(file, s)
	if err != nil {
		return err
	}
	promised, err := contractFor(b, flags, o.given)
	if err != nil {
		return named(file, err)
	}
	m, err := provable(b, promised)
	if err != nil {
		return named(file, err)
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	if o.check != "" {
		return o.recheck(ctx, file, b, m, promised, s)
	}
	hints, err := o.hints(m, promised)
	if err != nil {
		return err
	}
	if o.formulas, err = newFormulas(o.smt2); err != nil {
		return err
	}
	o.noBar = o.quiet
	start := time.Now()
	report, err := o.prove(ctx, m, promised, hints, s)
	if err != nil {
		return open(fmt.Errorf("%s: %w", inputName(file), err))
	}
	if err := o.formulas.failed(); err != nil {
		return err
	}
	if to != nil && report.Verdict() == prove.Proved {
		if err := writeCertificate(*to, report, b); err != nil {
			return err
		}
	}
	return o.tell(ctx, file, b, promised, report, time.Since(start), s)
}

// open marks an error that leaves a proof open.
func open(err error) error { return &exitError{status: exitOpen, err: err} }

// destination settles where the certificate goes; nil for nowhere.
func (o *proveOptions) destination() (*destination, error) {
	if o.certificate == "" {
		return nil, nil
	}
	to, err := settleDestination(o.certificate, false)
	if err != nil {
		return nil, &contract.FlagError{Flag: "certificate", Err: err}
	}
	return &to, nil
}

func writeCertificate(to destination, r *prove.Report, module []byte) error {
	c, err := r.Certificate(module)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		return err
	}
	if err := to.write(b.Bytes(), nil); err != nil {
		return &contract.FlagError{Flag: "certificate", Err: err}
	}
	return nil
}

// provable decodes a module that an engine takes and that has the contract's
// functions: the prover relies on both.
func provable(b []byte, c contract.Contract) (*wasm.Module, error) {
	if err := engine.Validate(b); err != nil {
		return nil, wrong(err)
	}
	m, err := wasm.Decode(b)
	if err != nil {
		return nil, wrong(err)
	}
	for _, f := range c.Signatures() {
		if _, _, err := m.ExportedFunc(f.Export); err != nil {
			return nil, wrong(err)
		}
	}
	return m, nil
}

// prove tells each verdict as it comes.
func (o *proveOptions) prove(ctx context.Context, m *wasm.Module, c contract.Contract, h prove.Hints, s streams) (*prove.Report, error) {
	bar := newProgress(s.err, o.noBar)
	defer bar.clear()
	done, total := 0, 0
	options := prove.Options{Timeout: o.timeout, Jobs: o.jobs, Record: o.certificate != ""}
	if o.formulas != nil {
		options.Formula = o.formulas.write
	}
	options.Total = func(n int) { total = n }
	options.Progress = func(r prove.Result) {
		bar.clear()
		if !o.json && !o.quiet {
			s.print([]byte(plain.Text(r.String()) + "\n"))
		}
		if done++; total > 0 {
			bar.show(done, total, r.Obligation.Name)
		}
	}
	return prove.Run(ctx, m, c, h, options)
}

// hints returns what the flags say of the globals, and guesses the rest.
func (o *proveOptions) hints(m *wasm.Module, c contract.Contract) (prove.Hints, error) {
	h, err := prove.Guess(m, c)
	if err != nil && (o.top == "" || o.end == "") {
		return h, err
	}
	if o.top != "" {
		if err := h.Top.UnmarshalText([]byte(o.top)); err != nil {
			return h, &contract.FlagError{Flag: "top", Err: err}
		}
	}
	if o.end != "" {
		if err := h.End.UnmarshalText([]byte(o.end)); err != nil {
			return h, &contract.FlagError{Flag: "end", Err: err}
		}
	}
	if o.dirtyMark != "" {
		h.DirtyMark = new(prove.Cell)
		if err := h.DirtyMark.UnmarshalText([]byte(o.dirtyMark)); err != nil {
			return h, &contract.FlagError{Flag: "dirty-mark", Err: err}
		}
	}
	return h, nil
}
