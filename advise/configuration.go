// SPDX-License-Identifier: MIT OR Apache-2.0

package advise

import (
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/bench"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/trace/profile"
)

// A configuration is one way to make an allocator, with the trace as a program of that
// kind would have it.
type configuration struct {
	contract contract.Contract // without the linker's heap base
	work     *bench.Workload
	state    object.State // of an object
	trace    *profile.Profile
	phases   int // that marks stand for; 0 where the trace has its own or none are used
}

// shared are the parameters that every strategy has, with the values to try, and own are
// those that one strategy alone may have. The first value is the default.
var (
	shared = [][]string{
		{"", "--grow=chunk=16", "--grow=double"},
		{"", "--optimize=gas", "--optimize=size"},
	}
	own = map[string][]string{
		"classes": {"", "--classes=1", "--classes=2", "--classes=8"},
		"split":   {"", "--split=false"},
	}
)

// configurations lists what can run a trace, for which the work is without marks.
func configurations(p *profile.Profile, abi contract.ABI, target Target, work *bench.Workload) (list []configuration) {
	known := map[string]bool{}
	for _, row := range contract.Strategies {
		if !row.Generated || abi.Includes(contract.Arena) && !row.Marks {
			continue
		}
		axes := append(slices.Clone(shared), []string{"--strategy=" + string(row.Name)}, []string{"--abi=" + string(abi)}, target.flags())
		for _, flag := range row.Flags {
			if values := own[flag]; values != nil {
				axes = append(axes, values)
			}
		}
		for _, text := range combine(append(axes, alignments(p, row.Name, abi))) {
			c, err := contract.Parse(text)
			if err != nil || known[c.String()] {
				continue // a contradiction
			}
			known[c.String()] = true
			list = append(list, configuration{contract: c, work: work, trace: p})
			if linked(p) {
				list = append(list, configuration{contract: c, work: work, trace: p, state: object.StateGlobal})
			}
		}
	}
	return list
}

// alignments lists what can be said of the alignment of all blocks. The callers of a
// linked program pass an alignment, and those of C none.
func alignments(p *profile.Profile, s contract.Strategy, abi contract.ABI) []string {
	list := []string{""}
	c, err := contract.Order{Strategy: s, ABI: abi}.Settle()
	if err == nil && c.ReuseAlign() != 0 {
		list = append(list, fmt.Sprint("--min-align=", c.ReuseAlign()))
	}
	if !linked(p) {
		list = append(list, fmt.Sprint("--fixed-align=", largest(p)))
	}
	return list
}

// unasked is the alignment in bytes of blocks for which none was asked, where it has to be
// passed.
const unasked = 8

// combine returns every choice of one value on each axis.
func combine(axes [][]string) []string {
	list := []string{""}
	for _, values := range axes {
		var longer []string
		for _, text := range list {
			for _, v := range values {
				longer = append(longer, strings.TrimSpace(text+" "+v))
			}
		}
		list = longer
	}
	return list
}

// command is the command line that makes the allocator.
func (c *configuration) command() string {
	words := []string{"genalloc"}
	if text := c.contract.String(); text != "" {
		words = append(words, text)
	}
	if c.state == object.StateGlobal {
		words = append(words, "--state=global")
	}
	if linked(c.trace) {
		words = append(words, "-o", "genalloc.o")
	}
	return strings.Join(words, " ")
}

// module makes the allocator. An object is placed where the program's heap began, so that
// the heap begins behind the object's own data.
func (c *configuration) module() (bench.Module, error) {
	if !linked(c.trace) {
		file, err := emitter.Emit(c.contract)
		return bench.Module{File: file, Contract: c.contract}, err
	}
	order := c.contract.Order
	order.HeapBase, order.MemoryName = contract.LinkerBase, ""
	linked, err := order.Settle()
	if err != nil {
		return bench.Module{}, err
	}
	file, err := emitter.Emit(linked)
	if err == nil {
		file, err = object.FromModule(file, linked, object.Options{State: c.state})
	}
	if err == nil {
		file, err = object.Place(file, c.trace.HeapBase, c.trace.StartPages)
	}
	return bench.Module{File: file, Contract: linked}, err
}
