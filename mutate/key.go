// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/wasm"
)

// around is how many instructions a key has before and after the one that was
// changed. They keep it valid when code elsewhere in the function changes.
const around = 3

// Keys returns a text for each mutant of a module that tells it from the others:
// the function, the instructions around, and in braces what was changed.
//
//	alloc: i32.and; local.get 0; {i32.gt_u -> i32.ge_u}; br_if 0; global.get 0
//
// Where that is not enough, because the same instructions stand in several
// places, a number follows: which of them it is.
func Keys(m *wasm.Module, mutants []Mutant) []string {
	keys := make([]string, len(mutants))
	seen := map[string]int{}
	for i, mu := range mutants {
		key := mu.key(m)
		if seen[key]++; seen[key] > 1 {
			key += fmt.Sprintf(" (%d)", seen[key])
		}
		keys[i] = key
	}
	return keys
}

func (mu Mutant) key(m *wasm.Module) string {
	if mu.Func < 0 {
		return fmt.Sprintf("global[%d]: {%s -> %s}", mu.Global+m.NumImported(wasm.KindGlobal), mu.Before, Text(mu.After))
	}
	code := m.Funcs[mu.Func].Body
	var words []string
	for i := max(0, mu.Instr-around); i < mu.Instr; i++ {
		words = append(words, code[i].String())
	}
	words = append(words, fmt.Sprintf("{%s -> %s}", mu.Before, Text(mu.After)))
	for i := mu.Instr + 1; i <= mu.Instr+around && i < len(code); i++ {
		words = append(words, code[i].String())
	}
	return functionName(m, mu.Func) + ": " + strings.Join(words, "; ")
}

// functionName is the first name under which the function is exported.
func functionName(m *wasm.Module, defined int) string {
	i := uint32(defined + m.NumImported(wasm.KindFunc))
	for _, x := range m.Exports {
		if x.Kind == wasm.KindFunc && x.Index == i {
			return x.Name
		}
	}
	return fmt.Sprintf("func[%d]", i)
}
