// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/bench"
	"github.com/genalloc/genalloc/contract"
)

// benchOptions are the flags of bench.
type benchOptions struct {
	given    contract.Order
	traces   []string
	rounds   int
	recorded []string
	html     string
	save     string
	json     bool
	quiet    bool
}

// newBench returns the verb that compares modules on the same work.
func newBench(s streams, m maker) *cobra.Command {
	o := &benchOptions{}
	c := &cobra.Command{
		Use:   "bench [FILE...]",
		Short: "compare modules on the same work: fuel, ink, pages, time",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"wasm"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringArrayVar(&o.traces, "trace", nil, "recorded trace to replay; may be repeated")
	f.IntVar(&o.rounds, "rounds", 5, "rounds of timing; 0 for the deterministic figures alone")
	f.StringArrayVar(&o.recorded, "recorded", nil, "show the figures of a report written by --save; may be repeated")
	f.StringVar(&o.html, "html", "", "write the report as one HTML page")
	f.StringVar(&o.save, "save", "", "write the report as JSON to a file")
	f.BoolVar(&o.json, "json", false, "as JSON")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress")
	addContractFlags(f, &o.given)
	addCompletions(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := o.check(args, c.Flags(), s); err != nil {
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
func (o *benchOptions) check(paths []string, flags *pflag.FlagSet, s streams) error {
	if o.rounds < 0 {
		return fmt.Errorf("flag --rounds: %d is negative: 0 leaves time out", o.rounds)
	}
	writes := slices.Concat(places("html", o.html), places("save", o.save))
	for _, w := range writes {
		if w.path == "" && flags.Changed(w.flag) {
			return fmt.Errorf("flag --%s: the file name is empty: name a file", w.flag)
		}
	}
	return apart(s, writes, slices.Concat(places("", paths...), places("trace", o.traces...), places("recorded", o.recorded...)))
}

// modules reads the files; without any, it makes the module that the flags order.
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
		file, err := readModule(path, s)
		if err != nil {
			return nil, err
		}
		promised, err := contractFor(file, flags, o.given)
		if err != nil {
			return nil, named(path, err)
		}
		name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		if names[name] || path == "-" {
			name = inputName(path)
		}
		names[name] = true
		list = append(list, bench.Module{Name: name, File: file, Contract: promised})
	}
	return list, nil
}

// run compares the modules and writes what was asked for. Destinations and
// inputs are looked at first, since the work takes a while.
func (o *benchOptions) run(ctx context.Context, modules []bench.Module, s streams) error {
	options := bench.Options{Workloads: bench.Workloads(), Rounds: o.rounds}
	if !o.quiet && !o.json {
		options.Progress = func(step string) { fmt.Fprintf(s.err, "genalloc: %s\n", step) }
	}
	for _, path := range o.traces {
		list, err := readTrace(path)
		if err != nil {
			return flagged("trace", fmt.Errorf("%s: %w", path, err))
		}
		options.Workloads = append(options.Workloads, list...)
	}
	outputs, err := o.outputs()
	if err != nil {
		return err
	}
	report, err := bench.Run(ctx, modules, options)
	if err != nil {
		return wrong(err)
	}
	for _, path := range o.recorded {
		if err := addRecorded(report, path); err != nil {
			return flagged("recorded", err)
		}
	}
	for _, out := range outputs {
		if err := out.write(report); err != nil {
			return fmt.Errorf("flag --%s: %w", out.flag, err)
		}
	}
	if o.json {
		return s.printJSON(report)
	}
	return s.printTo(func(w io.Writer) { report.WriteTable(w) })
}

// A reportFile is a file that the report is written to in some form.
type reportFile struct {
	flag string
	to   destination
	form func(*bench.Report, io.Writer) error
}

func (o *benchOptions) outputs() ([]reportFile, error) {
	var list []reportFile
	for _, x := range []struct {
		flag, path string
		form       func(*bench.Report, io.Writer) error
	}{
		{"html", o.html, (*bench.Report).WriteHTML},
		{"save", o.save, (*bench.Report).WriteJSON},
	} {
		if x.path == "" {
			continue
		}
		if x.path == "-" {
			return nil, fmt.Errorf("flag --%s: standard output is taken by the table: name a file", x.flag)
		}
		to, err := settleDestination(x.path, false)
		if err != nil {
			return nil, fmt.Errorf("flag --%s: %w", x.flag, err)
		}
		list = append(list, reportFile{x.flag, to, x.form})
	}
	return list, nil
}

func (f reportFile) write(r *bench.Report) error {
	var b bytes.Buffer
	if err := f.form(r, &b); err != nil {
		return err
	}
	return f.to.write(b.Bytes(), nil)
}

// readTrace reads a recorded trace. Its name is the file's, without the ending.
func readTrace(path string) ([]bench.Workload, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, pathError(err)
	}
	defer f.Close()
	list, err := bench.Trace(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), f)
	return list, pathError(err)
}

func addRecorded(r *bench.Report, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, pathError(err))
	}
	defer f.Close()
	return r.Add(f, path)
}
