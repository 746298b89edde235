// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/advise"
	"github.com/genalloc/genalloc/bench"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/files"
	"github.com/genalloc/genalloc/trace"
)

// adviseRounds is how often each module is timed.
const adviseRounds = 5

// adviseOptions are the flags of advise.
type adviseOptions struct {
	programOptions
	target, abi string
	peers       []string
	html        fileName
	time        bool
	json, quiet bool
}

// newAdvise returns the verb that finds the configuration that suits a trace.
func newAdvise(s streams) *cobra.Command {
	o := &adviseOptions{}
	c := &cobra.Command{
		Use: "advise TRACE", Args: oneProgram,
		RunE: func(c *cobra.Command, args []string) error { return o.run(c, args[0], args[1:], s) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.target, "target", "", "")
	f.StringVar(&o.abi, "abi", "", "")
	o.addFlags(c)
	f.StringArrayVar(&o.peers, "peer", nil, "")
	f.BoolVar(&o.time, "time", false, "")
	f.Var(&o.html, "html", "")
	f.BoolVar(&o.json, "json", false, "")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "")
	for flag, values := range map[string][]string{"target": advise.Targets(), "abi": {string(contract.Core), string(contract.C)}} {
		c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	return c
}

// settle turns the flags into options, and reads the peers.
func (o *adviseOptions) settle(c *cobra.Command, s streams) (a advise.Options, err error) {
	if c.Flags().Changed("target") {
		if err := a.Target.UnmarshalText([]byte(o.target)); err != nil {
			return a, refuse("target", "%w", err)
		}
	}
	if c.Flags().Changed("abi") {
		if a.ABI = contract.ABI(o.abi); a.ABI != contract.Core && a.ABI != contract.C {
			return a, refuse("abi", "%q is neither %s nor %s, whose functions a trace calls", o.abi, contract.Core, contract.C)
		}
	}
	if o.time {
		a.Rounds = adviseRounds
	}
	for _, path := range o.peers {
		x, err := readSubject(path, c.Flags(), contract.Order{}, s)
		if err != nil {
			return a, err
		}
		a.Peers = append(a.Peers, bench.Module{Name: stem(path), File: x.bytes, Contract: x.contract})
	}
	return a, nil
}

// run searches behind a progress bar.
func (o *adviseOptions) run(c *cobra.Command, file string, args []string, s streams) error {
	if err := files.Distinct(s.in, files.Places("html", string(o.html)), append(files.Places("", file), files.Places("peer", o.peers...)...)); err != nil {
		return err
	}
	options, err := o.settle(c, s)
	if err != nil {
		return err
	}
	html, err := settleReport("html", o.html)
	if err != nil {
		return err
	}
	ops, err := o.operations(file, args, s)
	if err != nil {
		return err
	}
	bar := newProgress(s.err, o.quiet)
	options.Progress = func(done, total int) { bar.show(done, total, "configurations") }
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt)
	defer stop()
	advice, err := advise.Trace(ctx, ops, options)
	bar.clear()
	if err != nil {
		return wrong(fmt.Errorf("%s: %w", inputName(file), err))
	}
	if err := html.writeReport(func(w io.Writer) error { return advice.WriteHTML(w, inputName(file)) }); err != nil {
		return err
	}
	return s.show(advice, o.json, advice.WriteTable)
}

// operations reads a trace, or runs a program and records one.
func (o *adviseOptions) operations(file string, args []string, s streams) ([]trace.Op, error) {
	switch program := isProgram(file); {
	case !program && o.given()+len(args) > 0:
		return nil, fmt.Errorf("%s is a trace, which runs nothing: drop --function, --invoke, --env, --dir and what follows --", inputName(file))
	case !program:
		return readTrace(file, s, (*trace.Reader).ReadAll)
	}
	options, err := o.options(file, args)
	if err != nil {
		return nil, err
	}
	program, err := o.instrument(file, s)
	if err != nil {
		return nil, err
	}
	options.Stdout = os.DevNull // the advice is what is printed
	var recorded bytes.Buffer
	w := trace.NewWriter(&recorded)
	report, err := program.Run(options, w)
	if err := cmp.Or(err, w.Close()); err != nil {
		return nil, wrong(fmt.Errorf("%s: %w", file, err))
	}
	if gaps := gaps(report); gaps != "" { // said under --quiet too: the advice may be wrong
		fmt.Fprintf(s.err, "genalloc: %s: %s\n", file, gaps)
	}
	return trace.NewReader(&recorded).ReadAll()
}

// isProgram reports whether a file begins as a module does, or the text of one.
func isProgram(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false // the reader says why, and - is none
	}
	defer f.Close()
	magic := make([]byte, 4)
	n, _ := f.Read(magic)
	return string(magic[:n]) == "\x00asm" || magic[0] == '('
}
