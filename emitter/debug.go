// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
)

// debugNumbers are what the blocks of the layer that finds misuse mention as .Debug.
type debugNumbers struct {
	AlignParam, Align    string // of the core ABI's functions: the parameter, or nothing, and the alignment
	Least                uint32 // bytes: the alignment that every block has at least
	Quarantine, Poisoned int
}

// leastDebug is the alignment in bytes of every block: that of the layer's own words, and
// of what C's callers count on.
const leastDebug = 16

// layer is what the layer is made of, each after what it calls.
var layer = []string{
	"debug.seal", "debug.state_of", "debug.guard", "debug.damage", "debug.whole", "debug.known", "debug.owns", "debug.named",
	"debug.wide", "debug.front", "debug.poison", "debug.taint", "debug.tainted", "debug.evict", "debug.flush",
	"debug.retire", "debug.hand", "debug.new",
}

// debugModel derives the model of a contract whose modules find misuse: that of what lies
// beneath, whose functions are hidden, and the layer over it.
func (s strategy) debugModel(c contract.Contract) *Model {
	m := s.model(c.Beneath())
	m.Command = "genalloc " + cmp.Or(plain.ASCII(c.String()), "(all defaults)")
	m.Memory = memory(c)
	m.describeDebug(c)
	d := &debugNumbers{
		AlignParam: m.AlignParam, Align: get("align"), Least: max(c.Align(), leastDebug),
		Quarantine: contract.DebugQuarantine, Poisoned: contract.DebugPoisoned,
	}
	if c.FixedAlign != 0 {
		d.AlignParam, d.Align = "", fmt.Sprintf("(i32.const %d)", c.FixedAlign)
	}
	m.Debug = d
	m.State = append(m.State, "debug.state")
	if c.Debug == contract.DebugTrap {
		m.Functions = append(m.Functions, "fault")
	}
	m.Functions = append(m.Functions, layer...)
	m.chooseDebug(c)
	m.Adapters, m.Exports = nil, nil
	if c.SetsErrno() {
		m.Adapters = append(m.Adapters, "error")
	}
	if c.HasRole(contract.Resizes) || c.ABI.Includes(contract.WasmBindgen) {
		m.Adapters = append(m.Adapters, "debug.moved")
	}
	if c.ABI.Includes(contract.CABI) || c.ABI.Includes(contract.WasmBindgen) {
		m.Adapters = append(m.Adapters, "checked.resize")
	}
	if c.HasRole(contract.Releases, contract.Resets) {
		m.Adapters = append(m.Adapters, "debug.since")
	}
	add := func(block string) {
		if !slices.Contains(m.Adapters, block) {
			m.Adapters = append(m.Adapters, block)
		}
	}
	for _, f := range c.Signatures() {
		id := "$checked_" + f.Name
		switch block := "checked." + f.Name; {
		case f.Role == contract.Measures || f.ABI == contract.Watch:
			id = "$" + f.Name
			if f.ABI != contract.Watch {
				add(block)
			}
		case f.ABI == contract.Core && f.Role == contract.Resizes, f.ABI == contract.C && f.Role == contract.Resizes:
			add(block + "." + string(f.ABI))
		default:
			add(block)
		}
		m.Exports = append(m.Exports, Export{plain.WAT(f.Export), id})
		if measure, ok := measures(f.ABI); ok && c.Stats {
			add("checked." + measure.Name)
		}
	}
	m.watch(c)
	return m
}

// chooseDebug chooses on the axes of the layer.
func (m *Model) chooseDebug(c contract.Contract) {
	set := func(axis, choice string) { m.Choices[axis] = choice }
	trap := c.OOM == contract.OOMTrap
	set("given", pick(trap, "trap", pick(c.SetsErrno(), "errno", "")))
	set("unmet", pick(trap, "trap", pick(c.SetsErrno(), "errno", "null")))
	set("misaligned", m.Choices["unmet"])
	set("nomem", pick(trap, "trap", "number"))
	set("fault", string(contract.DebugTrap))
	set("layer", "debug")
	set("leak", pick(c.Debug == contract.DebugCall, "call", ""))
	set("leaktext", m.Choices["leak"])
}

// describeDebug words the header for blocks of the layer.
func (m *Model) describeDebug(c contract.Contract) {
	m.AlignText = fmt.Sprintf("as requested, and at least %d bytes", max(c.Align(), leastDebug))
	m.OverheadText = fmt.Sprintf("%d bytes before each block, or its alignment if that is more, and %d behind it;\n;;                   the last %d blocks that were given back are held back",
		contract.DebugFront, contract.DebugBack, contract.DebugQuarantine)
	m.SmallestText = "0 bytes, beside the overhead"
	m.OOMText = pick(c.OOM == contract.OOMTrap, "a trap (unreachable)", "returns null (0) and changes nothing")
}
