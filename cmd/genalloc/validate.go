// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/files"
	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/validate"
)

// validateOptions are the flags of validate.
type validateOptions struct {
	given        contract.Order
	quick, full  bool
	engines      []string
	ops          int
	seed         uint64
	replay, html fileName
	traces       []string
	scope        validate.Scope
	foreign      bool
	all          bool
	json, quiet  bool
}

// newValidate returns the verb that judges a module.
func newValidate(s streams) *cobra.Command {
	o := &validateOptions{}
	c := fileVerb("validate", func(c *cobra.Command, file string) error {
		return o.run(c.Context(), file, c.Flags(), s)
	})
	f := c.Flags()
	f.BoolVar(&o.full, "full", false, "")
	f.BoolVar(&o.quick, "quick", false, "")
	f.StringArrayVar(&o.engines, "engine", nil, "")
	f.IntVar(&o.ops, "ops", 0, "")
	f.Uint64Var(&o.seed, "seed", 0, "")
	f.Var(&o.replay, "replay", "")
	f.StringArrayVar(&o.traces, "trace", nil, "")
	f.Var(&o.html, "html", "")
	f.BoolVar(&o.all, "all", false, "")
	f.Uint64Var(&o.scope.MaxRequest, "max-request", 0, "")
	f.BoolVar(&o.foreign, "foreign-growth", true, "")
	f.BoolVar(&o.scope.Strict, "strict", false, "")
	f.BoolVar(&o.json, "json", false, "")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "")
	addContractFlags(c, &o.given)
	return c
}

// check refuses flags that contradict each other.
func (o *validateOptions) check(file string, flags *pflag.FlagSet) error {
	instead := "trace"
	if o.replay != "" {
		instead = "replay"
	}
	o.scope.OwnGrowth = !o.foreign
	bounded := flags.Changed("max-request")
	switch checks := o.quick || o.full || flags.Changed("ops") || flags.Changed("seed") || bounded || o.scope.OwnGrowth; {
	case o.quick && o.full:
		return refuse("quick", "it contradicts --full: drop either")
	case flags.Changed("ops") && o.ops < 1:
		return refuse("ops", "%d is not a number of calls: give 1 at least", o.ops)
	case o.replay != "" && len(o.traces) > 0:
		return refuse("replay", "it contradicts --trace: run one after the other")
	case (o.replay != "" || len(o.traces) > 0) && checks:
		return refuse(instead, "it runs instead of the checks, whose flags are --quick, --full, --ops, --seed, --max-request and --foreign-growth: drop these")
	case bounded && o.scope.MaxRequest == 0:
		return refuse("max-request", "0 leaves no request: give the largest size in bytes")
	case o.replay == "-" && file == "-":
		return refuse("replay", "standard input is the module's: name a file")
	}
	for _, e := range o.engines {
		if !slices.Contains(engine.Known(), e) {
			return refuse("engine", "%q is not one of %s", e, strings.Join(engine.Known(), ", "))
		}
	}
	return nil
}

// run judges the module and prints the report. Everything that is read or written
// is looked at first, since the work takes a while.
func (o *validateOptions) run(ctx context.Context, file string, flags *pflag.FlagSet, s streams) error {
	if err := o.check(file, flags); err != nil {
		return err
	}
	reads := slices.Concat(files.Places("", file), files.Places("replay", string(o.replay)), files.Places("trace", o.traces...))
	if err := files.Distinct(s.in, files.Places("html", string(o.html)), reads); err != nil {
		return err
	}
	page, err := settleReport("html", o.html)
	if err != nil {
		return err
	}
	x, err := readModule(file, s)
	if err != nil {
		return err
	}
	order, err := x.order(flags, o.given)
	if err != nil {
		return err
	}
	if s := o.given.Strategy; s != "" && !s.Row().Generated {
		x.assume(&order)
	}
	if x.contract, err = order.Settle(); err != nil {
		return err
	}
	if err := o.scope.Check(x.contract); err != nil {
		return err
	}
	report, err := o.judge(ctx, x, s)
	if err != nil {
		return err
	}
	report.All = o.all
	html := func(w io.Writer) error {
		return report.WriteHTML(w, x.name, sha256.Sum256(x.bytes), version(debug.ReadBuildInfo()))
	}
	if err := page.writeReport(html); err != nil {
		return err
	}
	if err := o.print(report, x.name, s); err != nil {
		return err
	}
	if err := report.Err(); err != nil {
		return wrong(fmt.Errorf("%s: %w", x.name, err))
	}
	return nil
}

// judge runs what the flags ask for.
func (o *validateOptions) judge(ctx context.Context, x subject, s streams) (report *validate.Report, err error) {
	options := validate.Options{Level: validate.Full, Engines: o.engines, Ops: o.ops, Seed: o.seed, Scope: o.scope}
	if o.quick {
		options.Level = validate.Quick
	}
	bar := newProgress(s.err, o.quiet)
	defer bar.clear()
	options.Progress = bar.show
	switch {
	case o.replay != "":
		var script validate.Script
		if script, err = o.script(x.contract, s); err != nil {
			return nil, err
		}
		report, err = validate.Replay(ctx, x.bytes, x.contract, script, options)
	case len(o.traces) > 0:
		var traces [][]validate.Call
		if traces, err = o.parseTraces(); err != nil {
			return nil, err
		}
		for i, calls := range traces {
			var one *validate.Report
			if one, err = validate.Trace(ctx, x.bytes, x.contract, calls, options); err != nil {
				break
			}
			report = report.Join(stem(o.traces[i]), one)
		}
	default:
		report, err = validate.Run(ctx, x.bytes, x.contract, options)
	}
	if err != nil {
		return nil, wrong(fmt.Errorf("%s: %w", x.name, err))
	}
	return report, nil
}

func (o *validateOptions) script(c contract.Contract, s streams) (script validate.Script, err error) {
	text, err := readFile(string(o.replay), "a script", s)
	if err == nil {
		if script, err = validate.ParseScript(string(text), c); err != nil {
			err = fmt.Errorf("%s: %w", inputName(string(o.replay)), err)
		}
	}
	if err != nil {
		return script, usage(refuse("replay", "%w", err))
	}
	return script, nil
}

func (o *validateOptions) parseTraces() ([][]validate.Call, error) {
	traces := make([][]validate.Call, len(o.traces))
	for i, path := range o.traces {
		var err error
		if traces[i], err = parse("trace", path, validate.ParseTrace); err != nil {
			return nil, err
		}
	}
	return traces, nil
}

// print prints the report in the form that was asked for.
func (o *validateOptions) print(r *validate.Report, name string, s streams) error {
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
	if r.OK() {
		fmt.Fprintf(&b, "%s: %d checks passed\n", name, r.Checks())
	}
	return s.print([]byte(plain.Lines(b.String())))
}
