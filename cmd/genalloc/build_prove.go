// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove"
)

// settleProof refuses to prove what the prover does not take.
func (o *buildOptions) settleProof() error {
	refuse := func(why string) error { return &contract.FlagError{Flag: "prove", Err: errors.New(why)} }
	switch {
	case !o.prove:
		return nil
	case o.order.ABI != "" && o.order.ABI != contract.Core:
		return refuse(fmt.Sprintf("only functions of --abi core can be proved, and not those of %s: drop either", o.order.ABI))
	case o.emit == "obj":
		return refuse("what is proved is a module, and --emit obj leaves its memory to the linker: say --emit wasm, or drop --prove")
	}
	return nil
}

// proveProduct proves a module before it is written, and returns the number of
// obligations.
func proveProduct(ctx context.Context, o *buildOptions, module []byte, s streams) (int, error) {
	refuse := func(err error) error { return wrong(fmt.Errorf("nothing written: %w", err)) }
	m, err := provable(module, o.contract)
	if err != nil {
		return 0, refuse(err)
	}
	hints, err := prove.Guess(m, o.contract)
	if err != nil {
		return 0, refuse(err)
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	p := proveOptions{timeout: proveTimeout, jobs: runtime.NumCPU(), quiet: true, noBar: o.quiet}
	r, err := p.prove(ctx, m, o.contract, hints, s)
	if err != nil {
		return 0, refuse(err)
	}
	for _, x := range r.Results {
		switch {
		case x.Verdict == prove.Refuted:
			return 0, refuse(fmt.Errorf("%s is refuted: %v", x.Obligation.Name, x.Counterexample))
		case x.Verdict == prove.Inconclusive && r.Verdict() == prove.Inconclusive:
			return 0, refuse(fmt.Errorf("%s is inconclusive: %s", x.Obligation.Name, x.Reason))
		}
	}
	return len(r.Results), nil
}
