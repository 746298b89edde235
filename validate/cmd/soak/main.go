// SPDX-License-Identifier: MIT OR Apache-2.0

// Soak runs random programs on modules that reuse memory, judges every call, and
// holds the memory to the bound of docs/strategies.md. It prints a line for each module,
// and exits 1 with the shortest sequence of calls found if one fails.
//
//	go run ./validate/cmd/soak [-calls N] [-shard i/n] [-o FILE] [-- CONTRACT...]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/sweep"
	"github.com/genalloc/genalloc/validate/checks"
	"github.com/genalloc/genalloc/validate/judge"
)

// program is the number of calls of one program.
const program = 100_000

func main() {
	result := sweep.New("soak")
	calls := flag.Int("calls", 100_000_000, "`number` of calls in all")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if flag.NArg() > 0 {
		contracts = flag.Args()
	}
	if err := run(ctx, result, contracts, *calls); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, result *sweep.Result, contracts []string, calls int) error {
	programs := (calls + program*len(contracts) - 1) / (program * len(contracts))
	result.Of(append([]string{fmt.Sprint(programs)}, contracts...)...)
	for _, text := range contracts {
		start := time.Now()
		n, err := soak(ctx, text, programs, result.Part)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			result.Fail("genalloc "+text, err)
		}
		result.Add(text, "calls", n)
		fmt.Printf("genalloc %s: %d calls, %v\n", text, n, time.Since(start).Round(time.Second))
	}
	return errors.Join(result.Save(), result.Write(os.Stdout), result.Err())
}

// soak runs a part of the programs on the module of a contract and returns the number
// of their calls.
func soak(ctx context.Context, text string, programs int, part sweep.Part) (calls int, err error) {
	c, file, err := sweep.Module(text)
	if err != nil {
		return 0, err
	}
	m, err := judge.Compile(engine.Default(), file)
	if err != nil {
		return 0, err
	}
	defer m.Close()
	check := checks.Find("bounded")
	for i := part.Number - 1; i < programs && ctx.Err() == nil; i += part.Of {
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
