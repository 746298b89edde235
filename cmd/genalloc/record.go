// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/internal/files"
	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/record"
	"github.com/genalloc/genalloc/trace"
)

// recordOptions are the flags of record.
type recordOptions struct {
	programOptions
	output, emit fileName
	quiet        bool
}

// programOptions are the flags of verbs that run a program.
type programOptions struct {
	functions, invoke, env, dirs []string
}

func (o *programOptions) addFlags(c *cobra.Command) {
	c.Flags().StringArrayVar(&o.functions, "function", nil, "")
	c.Flags().StringArrayVar(&o.invoke, "invoke", nil, "")
	c.Flags().StringArrayVar(&o.env, "env", nil, "")
	c.Flags().StringArrayVar(&o.dirs, "dir", nil, "")
}

// given is how many of the flags are.
func (o *programOptions) given() int {
	return len(o.functions) + len(o.invoke) + len(o.env) + len(o.dirs)
}

// oneProgram takes exactly one file name, and the program's arguments behind a dash.
func oneProgram(c *cobra.Command, args []string) error {
	n := c.ArgsLenAtDash()
	if n < 0 && len(args) > 1 {
		return fmt.Errorf("%s: unexpected argument %q: write -- before the program's own arguments", c.Name(), args[1])
	}
	if n >= 0 {
		args = args[:n]
	}
	return oneFile(c, args)
}

// newRecord returns the verb that records what a program asks of its allocator.
func newRecord(s streams) *cobra.Command {
	o := &recordOptions{}
	c := &cobra.Command{
		Use: "record PROGRAM [FLAGS] [-- ARGS]", ValidArgsFunction: completeModules,
		Args: oneProgram,
		RunE: func(_ *cobra.Command, args []string) error { return o.run(args[0], args[1:], s) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.VarP(&o.output, "output", "o", "")
	o.addFlags(c)
	f.Var(&o.emit, "emit", "")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "")
	return c
}

func (o *recordOptions) run(path string, args []string, s streams) error {
	if o.output == "" && o.emit == "" {
		o.output = fileName(stem(path) + ".trace")
	}
	switch {
	case o.emit != "" && (o.output != "" || len(args)+len(o.invoke)+len(o.env)+len(o.dirs) > 0):
		return refuse("emit", "it writes the program instead of running it: drop -o, --invoke, --env, --dir and what follows --")
	case o.emit == "-" || o.output == "-":
		return errors.New("standard output is the program's: name a file")
	}
	options, err := o.options(path, args)
	if err != nil {
		return err
	}
	program, err := o.instrument(path, s) // first, for the trace of a trace has its own name
	if err != nil {
		return err
	}
	outputs, err := o.settle(path, s)
	if err != nil {
		return err
	}
	o.tell(s, "records %s", names(program.Found))
	if o.emit != "" {
		outputs[0].content, outputs[1].content = program.Module, program.Script()
		return o.write(outputs, s)
	}
	return o.record(path, program, options, s)
}

// settle looks at what is written: the trace, or the instrumented program and its script.
func (o *recordOptions) settle(path string, s streams) (list []output, err error) {
	writes := slices.Concat(files.Places("output", string(o.output)), files.Places("emit", string(o.emit), o.script()))
	if err := files.Distinct(s.in, writes, files.Places("", path)); err != nil {
		return nil, err
	}
	for _, w := range writes {
		if w.Path != "" {
			out, err := settle(w.Flag, w.Path, false)
			if err != nil {
				return nil, err
			}
			list = append(list, out)
		}
	}
	return list, nil
}

// options are how the program runs.
func (o *programOptions) options(path string, args []string) (x record.Options, err error) {
	x = record.Options{Args: append([]string{filepath.Base(path)}, args...), Invoke: o.invoke, Dirs: map[string]string{}}
	if path != "-" {
		x.Stdin = "-"
	}
	if x.Env, err = pairs("env", o.env, "="); err != nil {
		return x, err
	}
	for _, d := range o.dirs {
		host, guest, two := strings.Cut(d, "::")
		if !two {
			guest = host
		}
		x.Dirs[guest] = host
	}
	return x, nil
}

// instrument reads a program and makes its allocator report.
func (o *programOptions) instrument(path string, s streams) (*record.Program, error) {
	functions, err := pairs("function", o.functions, "=")
	if err != nil {
		return nil, err
	}
	file, err := readCode(path, s)
	if err != nil {
		return nil, err
	}
	program, err := record.Instrument(file, functions)
	if err != nil {
		return nil, wrong(fmt.Errorf("%s: %w", inputName(path), err))
	}
	return program, nil
}

// pairs reads values of a flag that name something and say what it is.
func pairs(flag string, list []string, between string) (map[string]string, error) {
	m := map[string]string{}
	for _, x := range list {
		name, value, ok := strings.Cut(x, between)
		if !ok || name == "" || value == "" && flag != "env" {
			return nil, refuse(flag, "%q is not of the form NAME%sVALUE", x, between)
		}
		m[name] = value
	}
	return m, nil
}

// record runs the program. However it ends, the trace up to there is written.
func (o *recordOptions) record(path string, p *record.Program, x record.Options, s streams) error {
	w, err := trace.Create(string(o.output))
	if err != nil {
		return refuse("output", "%s: %w", o.output, files.Cause(err))
	}
	defer w.Discard()
	report, ran := p.Run(x, w)
	if ran != nil && report.Operations == 0 { // an older file is worth more
		return wrong(fmt.Errorf("%s: %w", inputName(path), ran))
	}
	if err := w.Close(); err != nil {
		return refuse("output", "%s: %w", o.output, files.Cause(err))
	}
	o.tell(s, "%s: %d operations", o.output, report.Operations)
	if report.Refused > 0 {
		o.tell(s, "%d allocations were refused", report.Refused)
	}
	if gaps := gaps(report); gaps != "" {
		o.tell(s, "%s", gaps)
	}
	if ran != nil {
		return wrong(fmt.Errorf("%s: %w", inputName(path), ran))
	}
	return nil
}

// gaps says what a trace lacks.
func gaps(r record.Report) string {
	if r.Unknown+r.Missed == 0 {
		return ""
	}
	return fmt.Sprintf("the trace is incomplete (operations on unknown blocks: %d, unseen frees: %d): export every function of the allocator, such as calloc and realloc, or name it with --function", r.Unknown, r.Missed)
}

// script is where the script beside the instrumented program goes.
func (o *recordOptions) script() string {
	if o.emit == "" {
		return ""
	}
	return strings.TrimSuffix(string(o.emit), filepath.Ext(string(o.emit))) + ".js"
}

// write writes the instrumented program and the script that records.
func (o *recordOptions) write(outputs []output, s streams) error {
	for _, out := range outputs {
		if err := out.write(s.out); err != nil {
			return err
		}
	}
	o.tell(s, "wrote %s and %s", o.emit, o.script())
	return nil
}

// tell prints a line beside what the program prints.
func (o *recordOptions) tell(s streams, format string, args ...any) {
	if !o.quiet {
		fmt.Fprintf(s.err, "genalloc: %s\n", plain.Text(fmt.Sprintf(format, args...)))
	}
}

// names lists what was found.
func names(found []record.Found) string {
	var list []string
	for _, f := range found {
		list = append(list, f.Name)
	}
	return strings.Join(list, ", ")
}
