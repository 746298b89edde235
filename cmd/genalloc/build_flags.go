// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/prove"
)

// formats are the values of --emit, by the endings of -o; usualEnding is the
// default output's.
var (
	formats     = map[string]string{".wasm": "wasm", ".wat": "wat", ".o": "obj", ".a": "obj"}
	usualEnding = map[string]string{"wasm": ".wasm", "wat": ".wat", "obj": ".o"}
)

// settle checks the flags against each other and fills in what was left open.
func (o *buildOptions) settle(stdout io.Writer) error {
	for _, step := range []func() error{o.settleFormat, o.settleObject} {
		if err := step(); err != nil {
			return err
		}
	}
	var err error
	if o.contract, err = o.order.Settle(); err != nil {
		return err
	}
	if err := o.object.Check(o.contract); err != nil {
		return err
	}
	if err := o.settleProof(); err != nil {
		return err
	}
	switch toStdout := isStdout(o.output, stdout); {
	case len(o.bindings) > 0 && toStdout:
		return refuse("bindings", "they are written beside the output, which is standard output: give -o a file")
	case len(o.bindings) > 0 && o.emit == "wat":
		return refuse("bindings", "they call what is assembled, and --emit wat is text: say --emit wasm or obj")
	case o.json && o.check:
		return refuse("json", "--check has no summary to print: drop either, or say genalloc check --json FILE for a module")
	case o.json && toStdout:
		return refuse("json", "both it and --output %s write to standard output: give -o a file", o.output)
	case o.check && o.output == "-":
		return refuse("check", "there is no file to compare with standard output: give -o a file")
	case toStdout && o.emit != "wat" && isTerminal(stdout):
		return refuse("output", "a terminal cannot show a binary file: give -o a file, pipe it, or say --emit wat")
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// settleFormat decides what is written: what --emit says, or else the ending of -o,
// or else a module.
func (o *buildOptions) settleFormat() error {
	name := strings.TrimPrefix(filepath.Base(string(o.output)), ".") // as in .hidden
	ending := strings.ToLower(filepath.Ext(name))
	format, known := formats[ending]
	_, emits := usualEnding[o.emit]
	switch {
	case o.emit != "" && !emits:
		return refuse("emit", "%q is not one of wasm, wat, obj", o.emit)
	case o.emit != "" && known && format != o.emit:
		return refuse("emit", "%s contradicts the ending of --output %s: drop --emit or change the ending", o.emit, o.output)
	case o.emit != "":
	case known:
		o.emit = format
	case ending != "" && ending != ".":
		return refuse("output", "%s has the ending %s, and those known are .wasm, .wat, .o and .a: change it, or say --emit wasm, wat or obj", o.output, ending)
	default:
		o.emit = "wasm"
	}
	if o.output == "" {
		o.output = fileName("out/alloc" + usualEnding[o.emit])
	}
	return nil
}

// settleObject leaves the heap base of an object to the linker, and refuses what
// concerns another kind of output.
func (o *buildOptions) settleObject() error {
	const onlyObjects = "say --emit obj, or name the output x.o"
	const linkerMakes = "concerns modules, and a linker makes the memory of what --emit obj is linked into: drop it"
	base, linked := o.order.HeapBase, o.emit == "obj"
	switch {
	case !linked && o.object.Weak:
		return refuse("weak", "only an object has weak symbols: "+onlyObjects)
	case !linked && o.given("state"):
		return refuse("state", "only an object leaves a choice: "+onlyObjects)
	case !linked && base.Linker:
		return refuse("heap-base", "only an object leaves it to the linker: "+onlyObjects)
	case !linked:
	case o.given("heap-base") && !base.Linker:
		return refuse("heap-base", "%s contradicts --emit obj, where the linker decides (__heap_base): drop it", base)
	case o.given("memory"):
		return refuse("memory", "%s "+linkerMakes, o.order.Memory)
	case o.order.Threads && o.given("state") && o.object.State == object.StateData:
		return refuse("state", "data contradicts --threads, where each thread has its own state, in globals: drop it")
	case o.given("memory-name"):
		return refuse("memory-name", "%q "+linkerMakes, o.order.MemoryName)
	default:
		o.order.HeapBase = contract.LinkerBase
	}
	return nil
}

// settleProof refuses to prove what the prover does not take.
func (o *buildOptions) settleProof() error {
	if !o.prove {
		return nil
	}
	if err := prove.Supports(o.contract); err != nil {
		return refuse("prove", "%w, or drop --prove", err)
	}
	return nil
}

// outputs settles where everything goes: the module, whose content is still to come,
// and the bindings beside it.
func (o *buildOptions) outputs() ([]output, error) {
	path := string(o.output)
	makeDir := !o.given("output")
	module, err := settle("output", path, makeDir)
	if err != nil && !o.check {
		return nil, err
	}
	all, taken := []output{module}, []string{filepath.Base(path)}
	write := bindings.Write
	if o.object.Inline {
		write = bindings.Inline
	}
	for _, language := range o.bindings {
		written, err := write(language, o.contract, filepath.Base(path))
		if err != nil {
			return nil, refuse("bindings", "%w", err)
		}
		for _, f := range written {
			if slices.Contains(taken, f.Name) {
				return nil, refuse("bindings", "%s would be overwritten: name the output differently", f.Name)
			}
			taken = append(taken, f.Name)
			out, err := settle("bindings", filepath.Join(filepath.Dir(path), f.Name), makeDir)
			if err != nil && !o.check {
				return nil, err
			}
			out.content = f.Content
			all = append(all, out)
		}
	}
	return all, nil
}
