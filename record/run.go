// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/trace"
	"github.com/genalloc/genalloc/wasm"
)

// Options say how a program runs.
type Options struct {
	Args   []string          // the first is the program's own name
	Env    map[string]string // nothing is inherited
	Stdin  string            // the file to read; "-" is this process's own, "" none
	Stdout string            // the file to write; "" is where this process writes
	Dirs   map[string]string // directories by the name that the program uses
	Invoke []string          // calls of exports instead of _start: NAME ARG...
}

// start is the export of a WASI command.
const start = "_start"

// Run runs a program to its end and records what it does. The error says how the program
// ended, if that was not well: what it did before is recorded.
func (p *Program) Run(o Options, w *trace.Writer) (Report, error) {
	r := NewRecorder(p, w)
	err := p.run(o, r)
	return r.Report, errors.Join(err, r.Finish())
}

func (p *Program) run(o Options, r *Recorder) error {
	calls, err := p.plan(o.Invoke)
	if err != nil {
		return err
	}
	e := engine.NewUncounted()
	defer e.Close()
	store := e.NewStore()
	defer store.Close()
	imports, err := p.imports(store, o, r)
	if err != nil {
		return err
	}
	in, err := engine.Instantiate(store, p.Module, imports)
	if err != nil {
		return err
	}
	for _, c := range calls {
		_, err := in.Call(c.export, c.args...)
		var status engine.Exit
		switch exited := errors.As(err, &status); {
		case exited && status == 0:
			return nil
		case exited:
			return err
		case err != nil:
			return fmt.Errorf("the program stops in %s: %w", plain.Text(c.export), err)
		}
	}
	return nil
}

// imports supplies what the program imports: the functions of WASI, a memory, and the
// function that records.
func (p *Program) imports(store engine.Store, o Options, r *Recorder) (engine.Imports, error) {
	var supplies []engine.Supply
	needsWASI := false
	for _, im := range p.decoded.Imports {
		switch {
		case im.Module == importModule:
		case im.Module == engine.SnapshotPreview1:
			needsWASI = true
		case im.Kind == wasm.KindMemory:
			supplies = append(supplies, engine.Supply{Import: im})
		case im.Kind == wasm.KindFunc: // most are never called, such as AssemblyScript's abort
			t, err := p.decoded.Type(im.Type)
			if err != nil {
				return nil, err
			}
			supplies = append(supplies, engine.Supply{Import: im, Func: t, Call: func([]uint64) ([]uint64, error) {
				return nil, foreign(im)
			}})
		default:
			return nil, foreign(im)
		}
	}
	imports, err := engine.Provide(store, supplies)
	if err != nil {
		return nil, err
	}
	if needsWASI {
		wasi := engine.WASI{Args: o.Args, Env: o.Env, Stdin: o.Stdin, Stdout: o.Stdout, Dirs: o.Dirs}
		if imports[engine.SnapshotPreview1], err = wasi.Instance(store); err != nil {
			return nil, err
		}
	}
	imports[importModule], err = store.Host(map[string]engine.Func{importName: {
		Type: wasm.FuncType{Params: slices.Repeat([]wasm.ValType{wasm.I32}, 5)},
		Call: func(a []uint64) ([]uint64, error) {
			return nil, r.Event(trace.Kind(a[0]), uint32(a[1]), uint32(a[2]), uint32(a[3]), uint32(a[4]))
		},
	}})
	return imports, err
}

// foreign words that an import is not supplied here.
func foreign(im wasm.Import) error {
	return fmt.Errorf("import %s.%s: only WASI is supplied here: run the program with its own host, as --emit prepares it", plain.Text(im.Module), plain.Text(im.Name))
}

// A call is one of an export.
type call struct {
	export string
	args   []uint64
}

// plan reads the calls to make.
func (p *Program) plan(invoke []string) ([]call, error) {
	if len(invoke) == 0 {
		if _, _, err := p.decoded.ExportedFunc(start); err != nil {
			return nil, fmt.Errorf("the program has no %s: name a call with --invoke%s", start, p.exports())
		}
		return []call{{export: start}}, nil
	}
	var list []call
	for _, text := range invoke {
		words := strings.Fields(text)
		if len(words) == 0 {
			return nil, errors.New("the call is empty: name an export and its arguments")
		}
		_, t, err := p.decoded.ExportedFunc(words[0])
		if err != nil {
			return nil, fmt.Errorf("%s: no such function is exported%s", plain.Text(words[0]), p.exports())
		}
		if len(words)-1 != len(t.Params) {
			return nil, fmt.Errorf("%s takes %d arguments, not %d", plain.Text(words[0]), len(t.Params), len(words)-1)
		}
		c := call{export: words[0]}
		for i, w := range words[1:] {
			bits, err := argument(t.Params[i], w)
			if err != nil {
				return nil, fmt.Errorf("%s: argument %d: %w", plain.Text(words[0]), i+1, err)
			}
			c.args = append(c.args, bits)
		}
		list = append(list, c)
	}
	return list, nil
}

// exports lists the functions that can be called.
func (p *Program) exports() string {
	if len(p.Phases) == 0 {
		return ""
	}
	list := p.Phases
	if len(list) > 12 {
		list = append(slices.Clone(list[:12]), "…")
	}
	return "; it exports " + plain.Text(strings.Join(list, ", "))
}
