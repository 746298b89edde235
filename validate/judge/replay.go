// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/scope"
	"github.com/genalloc/genalloc/validate/script"
)

// Replay runs a script on a new instance. Blocks keep the numbers they had.
func Replay(m Module, c contract.Contract, sc scope.Scope, list script.Script) (*Session, error) {
	s, err := Open(m, c, sc, list.Setup)
	if err != nil {
		return nil, err
	}
	names := map[int]int{}
	for _, call := range list.Calls {
		if call.Op.Refers() && call.Block != script.Null {
			n, ok := names[call.Block]
			if !ok {
				continue
			}
			call.Block = n
		}
		if call.Op.Names() {
			names[call.Made] = len(s.blocks)
		}
		s.Do(call)
	}
	s.Close()
	return s, nil
}
