// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/bench"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/files"
)

// benchOptions are the flags of bench.
type benchOptions struct {
	given            contract.Order
	traces, recorded []string
	rounds           int
	html, save       fileName
	json, quiet      bool
}

// newBench returns the verb that compares modules on the same work.
func newBench(s streams, m maker) *cobra.Command {
	o := &benchOptions{}
	c := &cobra.Command{
		Use: "bench [FILE...]",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"wasm"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.traces, "trace", nil, "")
	f.IntVar(&o.rounds, "rounds", 5, "")
	f.StringArrayVar(&o.recorded, "recorded", nil, "")
	f.Var(&o.html, "html", "")
	f.Var(&o.save, "save", "")
	f.BoolVar(&o.json, "json", false, "")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "")
	addContractFlags(c, &o.given)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := o.check(args, s); err != nil {
			return err
		}
		modules, err := o.modules(args, c.Flags(), s, m)
		if err != nil {
			return err
		}
		return o.run(c.Context(), modules, s)
	}
	return c
}

// check refuses flags that make no sense, and files that would be lost.
func (o *benchOptions) check(paths []string, s streams) error {
	if o.rounds < 0 {
		return refuse("rounds", "%d is negative: 0 leaves time out", o.rounds)
	}
	writes := slices.Concat(files.Places("html", string(o.html)), files.Places("save", string(o.save)))
	reads := slices.Concat(files.Places("", paths...), files.Places("trace", o.traces...), files.Places("recorded", o.recorded...))
	return files.Distinct(s.in, writes, reads)
}

// modules reads the files; without any, it makes the module that the flags ask for.
func (o *benchOptions) modules(paths []string, flags *pflag.FlagSet, s streams, m maker) ([]bench.Module, error) {
	if len(paths) == 0 {
		c, err := o.given.Settle()
		if err != nil {
			return nil, err
		}
		_, file, err := m(c)
		return []bench.Module{{Name: "genalloc", File: file, Contract: c}}, err
	}
	var list []bench.Module
	names := map[string]bool{}
	for _, path := range paths {
		x, err := readSubject(path, flags, o.given, s)
		if err != nil {
			return nil, err
		}
		name := stem(path)
		if names[name] || path == "-" {
			name = x.name
		}
		names[name] = true
		list = append(list, bench.Module{Name: name, File: x.bytes, Contract: x.contract})
	}
	return list, nil
}

// run compares the modules and writes what was asked for. Everything that is read
// or written is looked at first, since the work takes a while.
func (o *benchOptions) run(ctx context.Context, modules []bench.Module, s streams) error {
	options := bench.Options{Workloads: bench.Workloads(), Rounds: o.rounds, Tool: version(debug.ReadBuildInfo())}
	if !o.quiet && !o.json {
		options.Progress = func(step string) { fmt.Fprintf(s.err, "genalloc: %s\n", step) }
	}
	for _, path := range o.traces {
		list, err := parse("trace", path, func(r io.Reader) ([]bench.Workload, error) { return bench.Trace(stem(path), r) })
		if err != nil {
			return err
		}
		options.Workloads = append(options.Workloads, list...)
	}
	html, err := settleReport("html", o.html)
	if err != nil {
		return err
	}
	save, err := settleReport("save", o.save)
	if err != nil {
		return err
	}
	report, err := bench.Run(ctx, modules, options)
	if err != nil {
		return wrong(err)
	}
	for _, path := range o.recorded {
		add := func(r io.Reader) (*bench.Report, error) { return report, report.Add(r, path) }
		if _, err := parse("recorded", path, add); err != nil {
			return err
		}
	}
	if err := html.writeReport(report.WriteHTML); err != nil {
		return err
	}
	if err := save.writeReport(report.WriteJSON); err != nil {
		return err
	}
	return s.show(report, o.json, func(w io.Writer) { report.WriteTable(w) })
}
