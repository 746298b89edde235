// SPDX-License-Identifier: MIT OR Apache-2.0

package programs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/wasm"
)

// A Run is what a program did.
type Run struct {
	Bytes  int    // of the linked module
	Pages  uint64 // of its memory at the end
	Fuel   uint64
	Time   time.Duration // means something beside others of the same minute only
	Peak   uint64        // bytes live at once at most, as a build with --stats counts them
	Output string

	// What the functions of the allocator cost, where the program counts that.
	OwnInk, OwnFuel uint64
}

// fuel is more than any of the programs burns.
const fuel = 1 << 50

// World returns the arguments of a program and the directories that it sees.
func (b Builder) World(p Program) (args []string, dirs map[string]string) {
	return append([]string{p.Name}, p.args...), map[string]string{"/source": filepath.Join(b.Sources, p.Name), "/input": filepath.Join(b.Work, p.Name)}
}

// Run runs a linked program and checks what it prints.
func (b Builder) Run(p Program, e engine.Engine, file []byte) (*Run, error) {
	dir, err := os.MkdirTemp(b.Build, "run")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	store := e.NewStore()
	defer store.Close()
	store.Refuel(fuel)
	out := filepath.Join(dir, "out")
	args, dirs := b.World(p)
	wasi, err := engine.WASI{Args: args, Stdout: out, Dirs: dirs}.Instance(store)
	if err != nil {
		return nil, err
	}
	t := &trier{store: store}
	host, err := store.Host(t.functions())
	if err != nil {
		return nil, err
	}
	t.program, err = engine.Instantiate(store, file, engine.Imports{engine.SnapshotPreview1: wasi, "host": host})
	if err != nil {
		return nil, err
	}
	start := time.Now()
	_, err = t.program.Call("_start")
	r := &Run{Bytes: len(file), Time: time.Since(start), Fuel: t.burned + store.Burned(), Pages: t.program.Memory("memory").Pages()}
	if t.program.Exports(counters) {
		r.Peak = t.peak()
	}
	text, readErr := os.ReadFile(out)
	if ink, fuel := t.program.Global(cost.Usual.Ink), t.program.Global(cost.Usual.Fuel); ink != nil && fuel != nil {
		r.OwnInk, r.OwnFuel = ink.Get(), fuel.Get()
	}
	var status engine.Exit
	if errors.As(err, &status) && status == 0 {
		err = nil
	}
	if err := errors.Join(err, readErr); err != nil {
		return nil, fmt.Errorf("%w, and it printed %q", err, text)
	}
	r.Output = string(text)
	for _, line := range p.says {
		if !strings.Contains(r.Output, line) {
			return nil, fmt.Errorf("it prints no %q but %q", line, text)
		}
	}
	return r, nil
}

// A trier lets a program catch errors: try calls a function of the program, and throw
// stops the innermost such call.
type trier struct {
	store   engine.Store
	program engine.Instance
	burned  uint64 // before the last call of the program
}

// peak asks a build with --stats. Programs have nothing below their data.
func (t *trier) peak() uint64 {
	const at, third = 64, 16
	if _, err := t.program.Call(counters, at); err != nil {
		return 0
	}
	return binary.LittleEndian.Uint64(t.program.Memory("memory").Bytes()[at+third:])
}

var errThrown = errors.New("thrown and not caught")

func (t *trier) functions() map[string]engine.Func {
	i32 := wasm.I32
	return map[string]engine.Func{
		"try": {Type: wasm.FuncType{Params: []wasm.ValType{i32, i32}}, Call: func(args []uint64) ([]uint64, error) {
			stack := t.program.Global("__stack_pointer")
			top := stack.Get()
			t.burned += t.store.Burned() // the call starts to count anew
			_, err := t.program.Call("call", args...)
			if errors.Is(err, errThrown) {
				stack.Set(top)
				return nil, nil
			}
			return nil, err
		}},
		"throw": {Call: func([]uint64) ([]uint64, error) { return nil, errThrown }},
	}
}
