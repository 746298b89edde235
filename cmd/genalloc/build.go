// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/validate"
)

// defaultOutput is written where -o does not say otherwise, with --emit's
// value for an ending.
const defaultOutput = "out/alloc."

// buildOptions are the flags of build.
type buildOptions struct {
	order       contract.Order
	contract    contract.Contract // the order, once it is settled
	output      string
	outputGiven bool
	emit        string
	object      object.Options // for emit obj
	given       func(flag string) bool
	bindings    languages
	check       bool
	noValidate  bool
	prove       bool
	quiet       bool
	json        bool
}

// newBuild returns the verb that makes a module, under the name of the command
// or of the verb.
func newBuild(name string, s streams, m maker) *cobra.Command {
	o := &buildOptions{}
	c := &cobra.Command{
		Use:   name,
		Short: "make a module, exercise it, write it",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			o.outputGiven = c.Flags().Changed("output")
			o.given = c.Flags().Changed
			return build(c.Context(), o, s, m)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&o.output, "output", "o", "", "file to write; - for standard output")
	f.StringVar(&o.emit, "emit", "", "wasm, wat or obj; by the ending of -o where absent")
	f.TextVar(&o.object.State, "state", object.StateData, "data or global: where an object keeps its state")
	f.BoolVar(&o.object.Weak, "weak", false, "an object's functions give way to other definitions")
	f.Var(&o.bindings, "bindings", "languages to write bindings for, beside the output")
	addContractFlags(f, &o.order)
	f.BoolVar(&o.check, "check", false, "compare with the file instead of writing it")
	f.BoolVar(&o.noValidate, "no-validate", false, "write without exercising the module first")
	f.BoolVar(&o.prove, "prove", false, "prove the module for all inputs before writing it")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no summary")
	f.BoolVar(&o.json, "json", false, "summary as JSON on standard output")
	addCompletions(c)
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
	files  []bindings.File
	report *validate.Report
	proved int // obligations, under --prove
}

// build makes the module, checks it, and only then touches the output.
func build(ctx context.Context, o *buildOptions, s streams, m maker) error {
	start := time.Now()
	if err := o.settle(s.out); err != nil {
		return err
	}
	dest, err := settleDestination(o.output, !o.outputGiven)
	if err != nil && !o.check {
		return &contract.FlagError{Flag: "output", Err: err}
	}
	files, err := o.bindings.write(o.contract, o.output)
	if err != nil {
		return err
	}
	beside, err := settleBeside(o, files)
	if err != nil {
		return err
	}
	p, err := produce(ctx, o, m)
	if err != nil {
		return err
	}
	if o.prove {
		if p.proved, err = proveProduct(ctx, o, p.module, s); err != nil {
			return err
		}
	}
	p.files = files
	if o.check {
		return compare(o, p, s)
	}
	if err := dest.write(p.bytes, s.out); err != nil {
		return &contract.FlagError{Flag: "output", Err: err}
	}
	for i, f := range files {
		if err := beside[i].write(f.Content, s.out); err != nil {
			return &contract.FlagError{Flag: "bindings", Err: err}
		}
	}
	return summarise(o, p, time.Since(start)).report(o, s)
}

// settle checks the flags against each other and fills in what was left open.
func (o *buildOptions) settle(stdout io.Writer) error {
	if err := o.settleFormat(); err != nil {
		return err
	}
	if err := o.settleObject(); err != nil {
		return err
	}
	if err := o.settleProof(); err != nil {
		return err
	}
	var err error
	if o.contract, err = o.order.Settle(); err != nil {
		return err
	}
	refuse := func(flag, why string) error { return &contract.FlagError{Flag: flag, Err: fmt.Errorf("%s", why)} }
	switch {
	case o.outputGiven && o.output == "":
		return refuse("output", "the file name is empty: name a file, or - for standard output")
	case len(o.bindings) > 0 && (o.output == "-" || isStdout(o.output, stdout)):
		return refuse("bindings", "they are written beside the output, which is standard output: give -o a file")
	case len(o.bindings) > 0 && o.emit == "wat":
		return refuse("bindings", "they call what is assembled, and --emit wat is text: say --emit wasm or obj")
	case o.json && o.check:
		return refuse("json", "--check has no summary to print: drop either")
	case o.json && (o.output == "-" || isStdout(o.output, stdout)):
		return refuse("json", "both it and --output "+o.output+" write to standard output: give -o a file")
	case o.check && o.output == "-":
		return refuse("check", "there is no file to compare with standard output: give -o a file")
	}
	return nil
}

// settleFormat decides between text and binary.
func (o *buildOptions) settleFormat() error {
	refuse := func(format string, args ...any) error {
		return &contract.FlagError{Flag: "emit", Err: fmt.Errorf(format, args...)}
	}
	ending := ""
	switch filepath.Ext(o.output) {
	case ".wasm":
		ending = "wasm"
	case ".wat":
		ending = "wat"
	case ".o", ".a":
		ending = "obj"
	}
	asked := o.emit
	if asked == "" {
		o.emit = ending
	}
	if o.emit == "" {
		o.emit = "wasm"
	}
	switch {
	case o.emit != "wasm" && o.emit != "wat" && o.emit != "obj":
		return refuse("%q is not one of wasm, wat, obj", o.emit)
	case ending != "" && ending != o.emit:
		return refuse("%s contradicts the ending of --output %s: drop --emit or change the ending", asked, o.output)
	}
	if !o.outputGiven {
		o.output = defaultOutput + endings[o.emit]
	}
	return nil
}

// endings are those of the default output.
var endings = map[string]string{"wasm": "wasm", "wat": "wat", "obj": "o"}

// settleObject leaves the heap base of an object to the linker, and refuses what
// concerns another kind of output.
func (o *buildOptions) settleObject() error {
	refuse := func(flag, format string, args ...any) error {
		return &contract.FlagError{Flag: flag, Err: fmt.Errorf(format, args...)}
	}
	switch base := o.order.HeapBase; {
	case o.emit != "obj" && o.object.Weak:
		return refuse("weak", "only an object has weak symbols: say --emit obj, or name the output x.o")
	case o.emit != "obj" && o.given("state"):
		return refuse("state", "only an object leaves a choice: say --emit obj, or name the output x.o")
	case o.emit != "obj" && base.Linker:
		return refuse("heap-base", "only an object leaves it to the linker: say --emit obj, or name the output x.o")
	case o.emit != "obj":
	case o.given("heap-base") && !base.Linker:
		return refuse("heap-base", "%s contradicts --emit obj, where the linker decides (__heap_base): drop it", base)
	case o.given("memory"):
		return refuse("memory", "%s concerns modules, and a linker makes the memory of what --emit obj is linked into: drop it", o.order.Memory)
	case o.given("memory-name"):
		return refuse("memory-name", "%q concerns modules, and a linker makes the memory of what --emit obj is linked into: drop it", o.order.MemoryName)
	default:
		o.order.HeapBase = contract.LinkerBase
	}
	return nil
}

// isStdout reports whether the path is a name of standard output, such as /dev/stdout.
func isStdout(path string, stdout io.Writer) bool {
	f, ok := stdout.(*os.File)
	if !ok {
		return false
	}
	a, errA := f.Stat()
	b, errB := os.Stat(path)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// emit is the maker of the command.
func emit(c contract.Contract) (string, []byte, error) {
	text, err := emitter.WAT(c)
	if err != nil {
		return "", nil, err
	}
	module, err := emitter.Assemble(text, c)
	if err != nil {
		return "", nil, wrong(fold(err))
	}
	return text, module, nil
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
		if filepath.Ext(o.output) == ".a" {
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

// makeObject returns the module as an object. The module's own functions and globals give their names to local symbols.
func makeObject(text string, o *buildOptions) ([]byte, error) {
	order := o.contract.Order
	order.Names = true
	named, err := order.Settle()
	if err != nil {
		return nil, err
	}
	module, err := emitter.Assemble(text, named)
	if err != nil {
		return nil, err
	}
	return object.FromModule(module, o.contract, o.object)
}
