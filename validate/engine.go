// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
)

// The engines, in the order in which checks run on them. Wasmtime comes first
// since its fuel stops a module that never returns at the same instruction
// every time, and the second engine then never sees it.
const (
	Wasmtime = "wasmtime"
	Wazero   = "wazero"
)

// EngineNames lists the engines that the judge knows.
func EngineNames() []string { return []string{Wasmtime, Wazero} }

// An engine runs WebAssembly. Everything an engine can do differently from
// another is behind this interface and the two below.
type engine interface {
	name() string
	// maxPages is the largest memory in pages that the engine runs rightly.
	maxPages() uint64
	compile(file []byte, c contract.Contract) (compiled, error)
	close()
}

// A compiled module makes instances that share no state.
type compiled interface {
	instantiate(s Setup) (instance, error)
	close()
}

// An instance is one allocator with its memory. Addresses and sizes are
// unsigned and as wide as the memory's address type.
type instance interface {
	// call runs the function that the contract calls so, whatever its export's
	// name; an error is a *trap or says what else went wrong. It returns 0 for
	// a function without a result.
	call(function string, args []uint64) (uint64, error)
	pages() uint64
	// bytes is the memory, valid until the next call or grow.
	bytes() []byte
	// grow is memory.grow from outside: by somebody who is not the allocator.
	grow(delta uint64) bool
	// limit refuses every growth beyond so many pages from now on.
	limit(pages uint64)
	close()
}

// trapKind tells the traps apart that the judge treats differently.
type trapKind int

const (
	trapOther       trapKind = iota
	trapUnreachable          // the unreachable instruction: what --oom trap promises
	trapEndless              // stopped from outside, having run too long
)

// A trap is a call that did not return.
type trap struct {
	kind trapKind
	text string // one line
}

func (t *trap) Error() string { return t.text }

// oneLine shortens an engine's message to what went wrong and, where it says
// so on a line of its own, why. The backtraces in between help nobody here.
func oneLine(text string) string {
	what, rest, _ := strings.Cut(text, "\n")
	if _, why, ok := strings.Cut(rest, "Caused by:"); ok {
		lines := strings.Split(strings.TrimSpace(why), "\n")
		what += ": " + strings.TrimSpace(lines[len(lines)-1])
	}
	return what
}

func newEngines(names []string) ([]engine, error) {
	var engines []engine
	for _, n := range EngineNames() {
		if !slices.Contains(names, n) {
			continue
		}
		if n == Wasmtime {
			engines = append(engines, newWasmtime())
		} else {
			engines = append(engines, newWazero())
		}
	}
	for _, n := range names {
		if !slices.Contains(EngineNames(), n) {
			return nil, fmt.Errorf("engine %q is not known: choose from %s", n, strings.Join(EngineNames(), ", "))
		}
	}
	if len(engines) == 0 {
		return nil, errors.New("no engine is named: choose from " + strings.Join(EngineNames(), ", "))
	}
	return engines, nil
}
