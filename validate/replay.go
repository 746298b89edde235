// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/script"
)

// Replay runs a script on a module, as [Run] runs its checks, and reports the
// verdict on it under the name "replay". Promises that take no call
// to break are not judged, but for the signatures.
func Replay(ctx context.Context, module []byte, c contract.Contract, script script.Script, opts Options) (*Report, error) {
	if script.Setup.ABI != "" && !c.ABI.Includes(script.Setup.ABI) {
		return nil, fmt.Errorf("script for abi %s: the module has %s", script.Setup.ABI, c.ABI)
	}
	sets := setsOf(c)[:1]
	if script.Setup.ABI != "" {
		sets[0] = script.Setup.ABI
	}
	check := Check{
		Name:    "replay",
		Promise: "Every call of the script keeps the promise.",
		run: func(t *trial) {
			s, err := replay(t.module, t.contract, script)
			if t.err = err; err == nil {
				t.sessions = append(t.sessions, s)
			}
		},
	}
	return run(ctx, module, c, opts, []Check{find(callable), check, find("engines")}, sets...)
}

// find returns the check of that name.
func find(name string) Check {
	for _, c := range Checks() {
		if c.Name == name {
			return c
		}
	}
	return Check{Name: name}
}
