// SPDX-License-Identifier: MIT OR Apache-2.0

// Package engine runs WebAssembly in wasmtime, in wazero and in node behind one interface.
// Nothing outside it knows how an engine numbers its traps, counts fuel or words
// its errors. Every error of this package is one line.
//
// Values pass as 64 bits: an i32 zero-extended, a float as its bits. Sizes of
// memories are in pages of 64 KiB.
package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/genalloc/genalloc/wasm"
)

// The names of the engines.
const (
	Wasmtime = "wasmtime"
	Wazero   = "wazero"
	Node     = "node"
)

// Names lists the engines that need nothing installed. Wasmtime comes first since its fuel
// stops a module that never returns at the same instruction every time.
func Names() []string { return []string{Wasmtime, Wazero} }

// Known lists all engines. The last one needs node.
func Known() []string { return append(Names(), Node) }

// Wide lists the engines that are here and have 64-bit memories.
func Wide() []string {
	if HasNode() {
		return []string{Wasmtime, Node}
	}
	return []string{Wasmtime}
}

// allPages is the size of a memory with every 32-bit address.
const allPages = 1 << 16

// An Engine compiles modules. It may be used from several goroutines; what it
// makes may not.
type Engine interface {
	Name() string
	// MaxPages is the largest memory that the engine runs correctly.
	MaxPages() uint64
	// Compile fails for bytes that are not a valid module.
	Compile(file []byte) (Module, error)
	NewStore() Store
	Close()
}

// A Module is compiled code, for any number of instances.
type Module interface {
	Close()
}

// A Store holds instances that can import from each other.
type Store interface {
	Engine() Engine
	// Instantiate makes an instance, and calls _initialize if there is one, as
	// a host of WASI reactors has to. What traps gives a [Trap].
	//
	// Untrusted code has to be the only instance of its store that imports a shared
	// memory: where there are two, an access out of bounds aborts wasmtime 39.
	Instantiate(m Module, imports Imports) (Instance, error)
	// Host makes an instance of Go functions, to be imported.
	Host(functions map[string]Func) (Instance, error)
	// Limit refuses every growth of a memory beyond so many pages from now on.
	// It is counted before the instances are made: a memory that starts larger
	// cannot be made. Without a call there is no limit but the memory's own.
	Limit(pages uint64)
	// Refuel sets what one call may burn before it is [Endless]; at first it is
	// 2^30. Wazero has no fuel and stops a call after 20 seconds.
	Refuel(fuel uint64)
	// Burned is the fuel of the last call; 0 where fuel is not counted.
	Burned() uint64
	// Close frees all instances.
	Close()
}

// An Instance is an instantiated module.
type Instance interface {
	// Call calls an exported function. The error is a [Trap], or what a host
	// function returned, or says why the call cannot be made.
	Call(export string, args ...uint64) ([]uint64, error)
	// Memory returns the memory that is exported under name or imported from
	// MODULE.NAME; nil if there is none, or if it is shared and the engine is wasmtime.
	Memory(name string) Memory
	// Global returns the mutable global of a number type that is exported under
	// name; nil if there is none.
	Global(export string) Global
	// Exports reports whether there is a function of that name.
	Exports(function string) bool
}

// A Memory is a linear memory of an instance.
type Memory interface {
	Pages() uint64
	// Bytes are the memory's own, valid until the next call or growth; nil in node, whose
	// memories are another process's.
	Bytes() []byte
	// Read fills b with the bytes from an address on, and Write stores b there. They have
	// to lie in the memory.
	Read(at uint64, b []byte)
	Write(at uint64, b []byte)
	// Grow grows the memory as its host, and reports whether that was possible.
	Grow(delta uint64) bool
}

// A Global is a mutable global of an instance.
type Global interface {
	Get() uint64
	Set(value uint64)
}

// A Func is a host function. An error stops the call that led to it.
type Func struct {
	Type wasm.FuncType
	Call func(args []uint64) ([]uint64, error)
}

// Imports are the instances to import from, by the module names that imports
// have. In wasmtime, an import named MODULE.NAME finds what the instance itself
// imports. An instance of another store of the engine supplies shared memories, and nothing
// else.
type Imports map[string]Instance

// memory finds a memory by MODULE.NAME.
func (i Imports) memory(name string) Memory {
	for module, in := range i {
		if rest, ok := strings.CutPrefix(name, module+"."); ok {
			if m := in.Memory(rest); m != nil {
				return m
			}
		}
	}
	return nil
}

// New starts the named engines, in the order of [Names].
func New(names []string) ([]Engine, error) {
	always := func(f func() Engine) func() (Engine, error) { return func() (Engine, error) { return f(), nil } }
	start := map[string]func() (Engine, error){Wasmtime: always(NewWasmtime), Wazero: always(NewWazero), Node: NewNode}
	choice := "choose from " + strings.Join(Known(), ", ")
	for _, n := range names {
		if start[n] == nil {
			return nil, fmt.Errorf("engine %q is not known: %s", n, choice)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("no engine is named: " + choice)
	}
	var engines []Engine
	for _, n := range Known() {
		if !slices.Contains(names, n) {
			continue
		}
		e, err := start[n]()
		if err != nil {
			for _, e := range engines {
				e.Close()
			}
			return nil, fmt.Errorf("engine %s: %w", n, err)
		}
		engines = append(engines, e)
	}
	return engines, nil
}

// initialize calls the function that a WASI reactor exports for its host to call before
// all others.
func initialize(in Instance) error {
	const name = "_initialize"
	if !in.Exports(name) {
		return nil
	}
	if _, err := in.Call(name); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Default returns a wasmtime engine that all callers share. It is not to be
// closed.
var Default = sync.OnceValue(NewWasmtime)

// Instantiate compiles a module for one instance. The error tells whether the module
// is invalid or does not start.
func Instantiate(s Store, file []byte, imports Imports) (Instance, error) {
	m, err := s.Engine().Compile(file)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	in, err := s.Instantiate(m, imports)
	if err != nil {
		return nil, fmt.Errorf("the module does not start: %w", err)
	}
	return in, nil
}
