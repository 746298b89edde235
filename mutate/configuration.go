// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/wasm"
)

// A Configuration is an order whose module is mutated.
type Configuration struct {
	Name  string // one word
	Flags string // the contract's text
}

// Configurations returns the orders that are examined. Together they use nearly all of
// the emitter's code templates.
func Configurations() []Configuration {
	return append([]Configuration{
		{"default", ""},
		{"gas", "--optimize=gas"},
		{"size", "--optimize=size"},
		{"stylus", "--target=stylus --max-pages=128"},
		{"mvp-dirty", "--target=mvp --dirty"},
		{"fixed-16", "--fixed-align=16"},
		{"min-8-gas", "--min-align=8 --optimize=gas"},
		{"imports", "--memory=import --heap-base=import:env.__heap_base --initial-pages=3"},
		{"double", "--grow=double"},
		{"chunk-max", "--grow=chunk=3 --max-pages=50"},
		{"never", "--grow=never --initial-pages=3"},
		{"trap-dirty", "--oom=trap --dirty"},
		{"trap-double", "--oom=trap --grow=double --optimize=gas"},
		{"arena", "--abi=core,arena"},
		{"told-counted", "--functions=" + named(contract.Allocates, contract.Frees) + " --stats --on-grow=env.grown"},
		{"wide", "--memory64"},
		{"threads", "--threads --functions=-alloc_zeroed"},
		{"threads-start", "--threads --initial-pages=6 --heap-base=1024 --chunk=4 --functions=-alloc_zeroed,-realloc"},
	}, slices.Concat(stackConfigurations, listsConfigurations())...)
}

// named lists the core ABI's functions with the roles.
func named(roles ...contract.Role) string {
	var names []string
	for _, f := range contract.Core.Functions() {
		if slices.Contains(roles, f.Role) {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, ",")
}

// An original is a configuration's module and its mutants.
type original struct {
	Configuration
	contract contract.Contract
	file     []byte
	module   *wasm.Module
	mutants  []Mutant
	keys     []string // of the mutants, each its own
}

func (c Configuration) emit() (*original, error) {
	o := &original{Configuration: c}
	var err error
	if o.contract, err = contract.Parse(c.Flags); err == nil {
		o.file, err = emitter.Emit(o.contract)
	}
	if err == nil {
		o.module, err = wasm.Decode(o.file)
	}
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", c.Name, err)
	}
	o.mutants = Mutants(o.module)
	o.keys = keysOf(o.module, o.mutants)
	return o, nil
}

// hash is the module's SHA-256 in hexadecimal.
func (o *original) hash() string { return fmt.Sprintf("%x", sha256.Sum256(o.file)) }
