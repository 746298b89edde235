// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/wasm"
)

// A meter knows what the original costs on each path.
type meter struct {
	contract contract.Contract
	length   int // instructions
	paths    []cost.Path
}

// margin is how often a path is taken to execute the changed instruction.
const margin = 8

func newMeter(original []byte, c contract.Contract) (*meter, error) {
	m := &meter{contract: c}
	var err error
	m.paths, m.length, err = m.measure(original)
	return m, err
}

// measure returns the paths that a module has, and the number of its instructions.
func (m *meter) measure(file []byte) ([]cost.Path, int, error) {
	if !m.contract.HasRole(contract.Allocates, contract.AllocatesZeroed) {
		return nil, 0, nil
	}
	profile, err := cost.Measure(file, m.contract)
	if err != nil {
		return nil, 0, err
	}
	decoded, err := wasm.Decode(file)
	if err != nil {
		return nil, 0, err
	}
	n := 0
	for _, f := range decoded.Funcs {
		n += len(f.Body)
	}
	return profile.Paths, n, nil
}

// dearer returns a path on which a module executes more instructions than the original does,
// those that were added not counted; "" if there is none. Where a mutant has more
// instructions, that is no proof that it does anything else.
func (m *meter) dearer(file []byte) string {
	paths, length, err := m.measure(file)
	if err != nil || len(paths) != len(m.paths) {
		return ""
	}
	for i, p := range paths {
		was := m.paths[i]
		if p.Figures != nil && was.Figures != nil && p.Figures.Fuel > was.Figures.Fuel+uint64(margin*max(0, length-m.length)) {
			return p.Function + ", " + p.Path
		}
	}
	return ""
}
