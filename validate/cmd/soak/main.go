// SPDX-License-Identifier: MIT OR Apache-2.0

// Soak runs random programs on modules that reuse memory, judges every call, and
// holds the memory to the bound of docs/strategies.md. It prints a line for each module,
// and exits 1 with the shortest sequence of calls found if one fails.
//
//	go run ./validate/cmd/soak [-calls N] [-shard i/n] [-- CONTRACT...]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/checks"
	"github.com/genalloc/genalloc/validate/judge"
)

// program is the number of calls of one program.
const program = 100_000

func main() {
	calls := flag.Int("calls", 100_000_000, "`number` of calls in all")
	shard := flag.String("shard", "1/1", "the `i/n`-th part of the programs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *calls, *shard); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, calls int, shard string) error {
	part, of := 0, 0
	if _, err := fmt.Sscanf(shard, "%d/%d", &part, &of); err != nil || part < 1 || part > of {
		return fmt.Errorf("flag -shard: %q is not i/n with i from 1 to n", shard)
	}
	if flag.NArg() > 0 {
		contracts = flag.Args()
	}
	programs := (calls + program*len(contracts) - 1) / (program * len(contracts))
	for _, text := range contracts {
		start := time.Now()
		n, err := soak(ctx, text, programs, part, of)
		if err != nil {
			return fmt.Errorf("genalloc %s: %w", text, err)
		}
		fmt.Printf("genalloc %s: %d calls, %v\n", text, n, time.Since(start).Round(time.Second))
	}
	return nil
}

// soak runs a part of the programs on the module of a contract and returns the number
// of their calls.
func soak(ctx context.Context, text string, programs, part, of int) (calls int, err error) {
	c, err := contract.Parse(text)
	if err != nil {
		return 0, err
	}
	file, err := emitter.Emit(c)
	if err != nil {
		return 0, err
	}
	m, err := judge.Compile(engine.Default(), file)
	if err != nil {
		return 0, err
	}
	defer m.Close()
	check := checks.Find("bounded")
	for i := part - 1; i < programs && ctx.Err() == nil; i += of {
		t := &checks.Trial{
			Contract: c, Module: m, Ops: program, Seed: uint64(i),
			Stop: func() bool { return ctx.Err() != nil },
		}
		check.Run(t)
		for _, f := range t.Failures() {
			if f.Script != nil {
				t.Shorten(f)
			}
			return calls, fmt.Errorf("program %d: %v\n%s", i, f, f.Script)
		}
		calls += t.Calls()
	}
	return calls, ctx.Err()
}
