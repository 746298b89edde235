// SPDX-License-Identifier: MIT OR Apache-2.0

// Mutants proves every single-instruction mutant of some modules. One that is
// proved has to be in the judge's table of mutants that no caller can tell from
// the original: any other is a hole in the prover, or in the judge. It exits 1 if
// there is one.
//
//	go run ./prove/cmd/mutants [-every N] [-from I] [-timeout DURATION] [CONFIGURATION...]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/genalloc/genalloc/mutate"
)

// usual are the configurations that are looked at where none is named.
var usual = []string{"default", "fixed-16", "never", "trap-double"}

func main() {
	o := options{table: mutate.Equivalents}
	flag.IntVar(&o.every, "every", 1, "only every `N`-th mutant")
	flag.IntVar(&o.from, "from", 0, "the first of them")
	flag.DurationVar(&o.timeout, "timeout", time.Minute, "limit for one obligation")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flag.Args(), o); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, names []string, o options) error {
	if len(names) == 0 {
		names = usual
	}
	holes := 0
	for _, c := range mutate.Configurations() {
		if !slices.Contains(names, c.Name) {
			continue
		}
		start := time.Now()
		fates, err := o.look(ctx, c, func(r result) {
			if r.strange() {
				fmt.Printf("%s: %s, %s: %s %s\n", c.Name, r.fate, r.listed(), r.key, r.why)
			}
		})
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d refuted, %d not for this contract, %d proved and in the table, %d refuted and in the table, %d open, %d proved alone; %v\n",
			c.Name, fates.n[refuted], fates.n[refused], fates.agreed, fates.apart, fates.n[inconclusive], fates.holes,
			time.Since(start).Round(time.Second))
		holes += fates.holes
	}
	if holes > 0 {
		return fmt.Errorf("%d mutants are proved that the judge is not known to let pass", holes)
	}
	return nil
}
