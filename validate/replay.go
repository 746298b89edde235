// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"

	"github.com/genalloc/genalloc/contract"
)

// Replay runs a script on a module, as [Run] runs its checks, and reports the
// verdict on it under the name "replay". Promises that take no call to break
// are not judged, but for the signatures.
func Replay(ctx context.Context, module []byte, c contract.Contract, script Script, opts Options) (*Report, error) {
	return runOnly(ctx, module, c, opts, Check{
		Name:    "replay",
		Promise: "Every call of the script keeps the promise.",
		run: func(t *trial) {
			s, err := replay(t.module, t.contract, script)
			if t.err = err; err == nil {
				t.sessions = append(t.sessions, s)
			}
		},
	})
}

// runOnly runs one check between those that it cannot do without.
func runOnly(ctx context.Context, module []byte, c contract.Contract, opts Options, check Check) (*Report, error) {
	return run(ctx, module, c, opts, []Check{find(callable), check, find("engines")})
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
