// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/validate"
	"github.com/genalloc/genalloc/wasm"
)

// buildOptions are the flags of build.
type buildOptions struct {
	order        contract.Order
	contract     contract.Contract // the order, once it is settled
	output       fileName
	emit         string
	object       object.Options // for emit obj
	bindings     languages
	check, prove bool
	noValidate   bool
	quiet, json  bool
	given        func(flag string) bool
}

// newBuild returns the verb that makes a module, under the name of the command
// or of the verb.
func newBuild(name string, s streams, m maker) *cobra.Command {
	o := &buildOptions{}
	c := &cobra.Command{
		Use:  name,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return build(c.Context(), o, s, m) },
	}
	f := c.Flags()
	o.given = f.Changed
	f.VarP(&o.output, "output", "o", "")
	f.StringVar(&o.emit, "emit", "", "")
	f.TextVar(&o.object.State, "state", object.StateData, "")
	f.BoolVar(&o.object.Weak, "weak", false, "")
	f.Var(&o.bindings, "bindings", "")
	f.BoolVar(&o.object.Inline, "inline", false, "")
	addContractFlags(c, &o.order)
	f.BoolVar(&o.check, "check", false, "")
	f.BoolVar(&o.noValidate, "no-validate", false, "")
	f.BoolVar(&o.prove, "prove", false, "")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "")
	f.BoolVar(&o.json, "json", false, "")
	return c
}

// noArguments refuses words that are not flags, which are most often misspelt verbs.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if c.HasParent() {
		return fmt.Errorf("%s: unexpected argument %q: it takes flags only", c.Name(), args[0])
	}
	return fmt.Errorf("%q is not a verb%s: see genalloc --help", args[0], suggestVerb(c, args[0]))
}

// A product is a module ready to be written.
type product struct {
	bytes  []byte // what is written
	module []byte // the assembled module; bytes itself unless text was asked for
	object []byte // the object, itself or in the archive that bytes is
	report *validate.Report
	proved int // obligations, under --prove
}

// build makes the module, checks it, and only then touches the output.
func build(ctx context.Context, o *buildOptions, s streams, m maker) error {
	start := time.Now()
	if err := o.settle(s.out); err != nil {
		return err
	}
	outputs, err := o.outputs()
	if err != nil {
		return err
	}
	p, err := produce(ctx, o, m)
	if err == nil && o.prove {
		p.proved, err = o.proveProduct(ctx, p, s)
	}
	if err != nil {
		return err
	}
	outputs[0].content = p.bytes
	if o.check {
		return o.compare(outputs, s)
	}
	for _, out := range outputs {
		if err := out.write(s.out); err != nil {
			return err
		}
	}
	return summarise(o, p, outputs[1:], time.Since(start)).report(o, s)
}

// produce renders, assembles and validates.
func produce(ctx context.Context, o *buildOptions, m maker) (*product, error) {
	text, module, err := m(o.contract)
	if err != nil {
		return nil, err
	}
	p := &product{bytes: module, module: module}
	switch o.emit {
	case "wat":
		p.bytes = []byte(text)
	case "obj":
		if p.object, err = makeObject(text, o); err != nil {
			return nil, wrong(err)
		}
		p.bytes = p.object
		if filepath.Ext(string(o.output)) == ".a" {
			if p.bytes, err = object.Archive("genalloc.o", p.object); err != nil {
				return nil, wrong(err)
			}
		}
	}
	if o.noValidate {
		return p, nil
	}
	p.report, err = validate.Run(ctx, module, o.contract, validate.Options{Level: validate.Quick})
	if err != nil {
		return nil, wrong(fmt.Errorf("nothing written: %w", err))
	}
	if failures := p.report.Failures(); len(failures) > 0 {
		f := failures[0]
		return nil, wrong(fmt.Errorf("nothing written: check %s: %v", f.Check, f.Failure))
	}
	return p, nil
}

// makeObject returns the module as an object, whose local symbols have the names of
// the text's functions and globals.
func makeObject(text string, o *buildOptions) ([]byte, error) {
	order := o.contract.Order
	order.Names = true
	module, err := emitter.Assemble(text, contract.Must(order.Settle()))
	if err != nil {
		return nil, err
	}
	return object.FromModule(module, o.contract, o.object)
}

// proveProduct proves a module or an object before it is written, and returns the number
// of obligations.
func (o *buildOptions) proveProduct(ctx context.Context, p *product, s streams) (int, error) {
	fail := func(err error) (int, error) { return 0, wrong(fmt.Errorf("nothing written: %w", err)) }
	x := subject{bytes: p.module, contract: o.contract}
	var err error
	if p.object != nil {
		x.bytes, err = object.Open(p.object, object.OpenData)
	}
	if err == nil {
		x.module, err = wasm.Decode(x.bytes)
	}
	if err != nil {
		return fail(err)
	}
	if err := provable(x); err != nil {
		return fail(err)
	}
	hints, err := prove.Guess(x.module, x.contract)
	if err != nil {
		return fail(err)
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	options := prove.Options{Timeout: proveTimeout, Jobs: runtime.NumCPU()}
	r, err := proveShown(ctx, x, hints, options, newProgress(s.err, o.quiet), func(prove.Result) {})
	if err != nil {
		return fail(err)
	}
	switch x := r.Worst(); x.Verdict {
	case prove.Refuted:
		return fail(fmt.Errorf("%s is refuted: %v", x.Obligation.Name, x.Counterexample))
	case prove.Inconclusive:
		return fail(fmt.Errorf("%s is inconclusive: %s", x.Obligation.Name, x.Reason))
	}
	return len(r.Results), nil
}

// emit is the maker of the command.
func emit(c contract.Contract) (string, []byte, error) {
	text, err := emitter.WAT(c)
	if err != nil {
		return "", nil, err
	}
	module, err := emitter.Assemble(text, c)
	if err != nil {
		return "", nil, wrong(err)
	}
	return text, module, nil
}

// isStdout reports whether the path is a name of standard output, such as /dev/stdout.
func isStdout(path fileName, stdout io.Writer) bool {
	f, ok := stdout.(*os.File)
	if path == "-" || !ok {
		return path == "-"
	}
	a, errA := f.Stat()
	b, errB := os.Stat(string(path))
	return errA == nil && errB == nil && os.SameFile(a, b)
}
