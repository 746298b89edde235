// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"time"

	"github.com/bytecodealliance/wasmtime-go/v39"
	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/wasm"
)

// exitOpen is prove's status where some obligation is neither proved nor refuted.
const exitOpen = 3

// proveOptions are the flags of prove that are not the contract's.
type proveOptions struct {
	top, end string
	options  prove.Options
	json     bool
	quiet    bool
}

// newProve returns the verb that proves a module for all inputs.
func newProve(s streams) *cobra.Command {
	var o proveOptions
	given := contract.Default()
	c := &cobra.Command{
		Use:               "prove FILE",
		Short:             "prove a module for every size, alignment and state",
		Args:              oneFile,
		ValidArgsFunction: completeModules,
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.top, "top", "", "global that holds the top; with a minus sign if negated")
	f.StringVar(&o.end, "end", "", "memory, page, initial, bytes:GLOBAL or pages:GLOBAL")
	f.DurationVar(&o.options.Timeout, "timeout", 2*time.Minute, "limit for one obligation")
	f.IntVar(&o.options.Jobs, "jobs", runtime.NumCPU(), "obligations at a time")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "the summary alone")
	f.BoolVar(&o.json, "json", false, "as JSON")
	addContractFlags(f, &given)
	addCompletions(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		bytes, err := readModule(args[0], s)
		if err != nil {
			return err
		}
		promised, err := contractFor(bytes, f, given)
		if err != nil {
			return err
		}
		return proveModule(inputName(args[0]), bytes, promised, &o, s)
	}
	return c
}

// proveModule proves the module in b and tells each verdict as it comes.
func proveModule(name string, b []byte, c contract.Contract, o *proveOptions, s streams) error {
	// The prover takes a valid module; an engine is the judge of that.
	if err := wasmtime.ModuleValidate(wasmtime.NewEngine(), b); err != nil {
		return wrong(fmt.Errorf("%s: %w", name, fold(err)))
	}
	m, err := wasm.Decode(b)
	if err != nil {
		return wrong(fmt.Errorf("%s: %w", name, err))
	}
	hints, err := o.hints(m, c)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if !o.json && !o.quiet {
		o.options.Progress = func(r prove.Result) { s.print([]byte(r.String() + "\n")) }
	}
	start := time.Now()
	report, err := prove.Run(ctx, m, c, hints, o.options)
	if err != nil {
		return wrong(fmt.Errorf("%s: %w", name, err))
	}
	if err := o.tell(name, report, time.Since(start), s); err != nil {
		return err
	}
	switch report.Verdict() {
	case prove.Refuted:
		return &exitError{status: exitWrong, err: errors.New("refuted"), silent: true}
	case prove.Inconclusive:
		return &exitError{status: exitOpen, err: errors.New("inconclusive"), silent: true}
	}
	return nil
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
	return h, nil
}

// tell prints the outcome.
func (o *proveOptions) tell(name string, r *prove.Report, took time.Duration, s streams) error {
	if o.json {
		return s.printJSON(r.Summary())
	}
	counts := map[prove.Verdict]int{}
	for _, x := range r.Results {
		counts[x.Verdict]++
	}
	return s.print(fmt.Appendf(nil, "%s: %s: %d obligations proved, %d refuted, %d inconclusive, %.1f s\n",
		name, r.Verdict(), counts[prove.Proved], counts[prove.Refuted], counts[prove.Inconclusive], took.Seconds()))
}
