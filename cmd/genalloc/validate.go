// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate"
)

// validateOptions are the flags of validate.
type validateOptions struct {
	given   contract.Order
	quick   bool
	full    bool
	engines []string
	ops     int
	seed    uint64
	replay  string
	traces  []string
	json    bool
	html    string
	quiet   bool
}

// newValidate returns the verb that judges a module.
func newValidate(s streams) *cobra.Command {
	o := &validateOptions{}
	c := &cobra.Command{
		Use:               "validate FILE",
		Short:             "judge a module by its contract, on two engines",
		Args:              oneFile,
		ValidArgsFunction: completeModules,
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), args[0], c.Flags(), s)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.full, "full", false, "everything, as is the default")
	f.BoolVar(&o.quick, "quick", false, "what build runs, in less than a second")
	f.StringArrayVar(&o.engines, "engine", nil, "engine to judge on; may be repeated")
	f.IntVar(&o.ops, "ops", 0, "calls of the random check")
	f.Uint64Var(&o.seed, "seed", 0, "seed of the random check")
	f.StringVar(&o.replay, "replay", "", "run a script of calls instead of the checks")
	f.StringArrayVar(&o.traces, "trace", nil, "replay a recorded trace instead of the checks; may be repeated")
	f.BoolVar(&o.json, "json", false, "as JSON")
	f.StringVar(&o.html, "html", "", "write the report as one HTML page")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no table and no progress")
	addContractFlags(f, &o.given)
	addCompletions(c)
	c.RegisterFlagCompletionFunc("engine", cobra.FixedCompletions(engine.Names(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

// check refuses flags that contradict each other.
func (o *validateOptions) check(file string, flags *pflag.FlagSet) error {
	refuse := func(flag, format string, args ...any) error {
		return fmt.Errorf("flag --%s: "+format, append([]any{flag}, args...)...)
	}
	random := flags.Changed("ops") || flags.Changed("seed")
	switch {
	case flags.Changed("html") && o.html == "":
		return refuse("html", "the file name is empty: name a file")
	case flags.Changed("replay") && o.replay == "":
		return refuse("replay", "the file name is empty: name a script, or - for standard input")
	case o.quick && o.full:
		return refuse("quick", "it contradicts --full: drop either")
	case flags.Changed("ops") && o.ops < 1:
		return refuse("ops", "%d is not a number of calls: give 1 at least", o.ops)
	case o.replay != "" && len(o.traces) > 0:
		return refuse("replay", "it contradicts --trace: run one after the other")
	case (o.replay != "" || len(o.traces) > 0) && (random || o.quick || o.full):
		return refuse(o.instead(), "it runs instead of the checks, whose flags are --quick, --full, --ops and --seed: drop these")
	case o.replay == "-" && file == "-":
		return refuse("replay", "standard input is the module's: name a file")
	case o.json && o.quiet:
		return refuse("json", "it contradicts --quiet: drop either")
	}
	for _, e := range o.engines {
		if !slices.Contains(engine.Names(), e) {
			return refuse("engine", "%q is not one of %s", e, strings.Join(engine.Names(), ", "))
		}
	}
	return nil
}

// instead returns the flag that names what is run in place of the checks.
func (o *validateOptions) instead() string {
	if o.replay != "" {
		return "replay"
	}
	return "trace"
}

// run judges the module and tells what came of it. Everything that is to be read
// or written is looked at first, since the work takes a while.
func (o *validateOptions) run(ctx context.Context, file string, flags *pflag.FlagSet, s streams) error {
	if err := o.check(file, flags); err != nil {
		return err
	}
	reads := slices.Concat(places("", file), places("replay", o.replay), places("trace", o.traces...))
	if err := apart(s, places("html", o.html), reads); err != nil {
		return err
	}
	page, err := htmlDestination(o.html)
	if err != nil {
		return err
	}
	module, err := readModule(file, s)
	if err != nil {
		return err
	}
	if o.given.Strategy == contract.Any {
		adopt(module, flags)
	}
	promised, err := contractFor(module, flags, o.given)
	if err != nil {
		return named(file, err)
	}
	report, err := o.judge(ctx, file, module, promised, s)
	if err != nil {
		return err
	}
	if page != nil {
		var b bytes.Buffer
		if err := report.WriteHTML(&b, inputName(file)); err != nil {
			return err
		}
		if err := page.write(b.Bytes(), nil); err != nil {
			return fmt.Errorf("flag --html: %w", err)
		}
	}
	return o.tell(report, file, s)
}

// htmlDestination settles where the page goes; nil for nowhere.
func htmlDestination(path string) (*destination, error) {
	switch path {
	case "":
		return nil, nil
	case "-":
		return nil, fmt.Errorf("flag --html: standard output is taken by the table: name a file")
	}
	to, err := settleDestination(path, false)
	if err != nil {
		return nil, fmt.Errorf("flag --html: %w", err)
	}
	return &to, nil
}

// judge runs what the flags ask for.
func (o *validateOptions) judge(ctx context.Context, file string, module []byte, c contract.Contract, s streams) (*validate.Report, error) {
	options := validate.Options{Level: validate.Full, Engines: o.engines, Ops: o.ops, Seed: o.seed}
	if o.quick {
		options.Level = validate.Quick
	}
	bar := newProgress(s.err, o.quiet)
	defer bar.clear()
	options.Progress = bar.show
	var report *validate.Report
	var err error
	switch {
	case o.replay != "":
		var script validate.Script
		if script, err = readScript(o.replay, c, s); err != nil {
			return nil, flagged("replay", err)
		}
		report, err = validate.Replay(ctx, module, c, script, options)
	case len(o.traces) > 0:
		return o.follow(ctx, file, module, c, options)
	default:
		report, err = validate.Run(ctx, module, c, options)
	}
	if err != nil {
		return nil, wrong(fmt.Errorf("%s: %w", inputName(file), err))
	}
	return report, nil
}

func readScript(path string, c contract.Contract, s streams) (validate.Script, error) {
	text, err := readFile(path, "a script", s)
	if err != nil {
		return validate.Script{}, err
	}
	script, err := validate.ParseScript(string(text), c)
	if err != nil {
		return script, fmt.Errorf("%s: %w", inputName(path), err)
	}
	return script, nil
}

// follow replays every trace and makes one report of all.
func (o *validateOptions) follow(ctx context.Context, file string, module []byte, c contract.Contract, options validate.Options) (*validate.Report, error) {
	traces := make([][]validate.Call, len(o.traces))
	for i, path := range o.traces {
		var err error
		if traces[i], err = readCalls(path); err != nil {
			return nil, flagged("trace", fmt.Errorf("%s: %w", path, err))
		}
	}
	var all *validate.Report
	for i, calls := range traces {
		report, err := validate.Trace(ctx, module, c, calls, options)
		if err != nil {
			return nil, wrong(fmt.Errorf("%s: %w", inputName(file), err))
		}
		name := strings.TrimSuffix(filepath.Base(o.traces[i]), filepath.Ext(o.traces[i]))
		all = all.Join(name, report)
	}
	return all, nil
}

func readCalls(path string) ([]validate.Call, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, pathError(err)
	}
	defer f.Close()
	calls, err := validate.ParseTrace(f)
	return calls, pathError(err)
}

// tell prints the report. What failed is the status, too.
func (o *validateOptions) tell(r *validate.Report, file string, s streams) error {
	if err := o.print(r, s); err != nil || r.OK() {
		return err
	}
	var names []string
	for _, f := range r.Failures() {
		if !slices.Contains(names, f.Check) {
			names = append(names, f.Check)
		}
	}
	return wrong(fmt.Errorf("%s: %d of %d checks failed: %s", inputName(file), len(names), r.Checks(), strings.Join(names, ", ")))
}

// print prints the report in the form that was asked for.
func (o *validateOptions) print(r *validate.Report, s streams) error {
	var b bytes.Buffer
	switch {
	case o.json:
		if err := r.WriteJSON(&b); err != nil {
			return err
		}
		return s.print(b.Bytes())
	case o.quiet:
		return nil
	}
	if err := r.WriteTable(&b); err != nil {
		return err
	}
	return s.print([]byte(printableText(b.String())))
}
