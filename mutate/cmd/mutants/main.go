// SPDX-License-Identifier: MIT OR Apache-2.0

// Mutants judges all mutants of all configurations, lists what survives, and
// writes the score to mutate/testdata/score.json and to README.md. It is started
// in the module's own directory: go run ./mutate/cmd/mutants. With -only NAME it
// judges one configuration and writes nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/genalloc/genalloc/mutate"
)

func main() {
	only := flag.String("only", "", "the `configuration` to judge; all of them, and write the score, unless said")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only string) error {
	table, err := mutate.Equivalents()
	if err != nil {
		return fmt.Errorf("equivalent.txt: %w", err)
	}
	if only == "" {
		// Before the long run, not after it.
		readme, err := os.ReadFile("README.md")
		if err != nil {
			return err
		}
		if _, err := mutate.Scores.Rewrite(nil, readme); err != nil {
			return fmt.Errorf("README.md: %w", err)
		}
	}
	var scores mutate.Scores
	wrong := 0
	for _, c := range mutate.Configurations() {
		if only != "" && c.Name != only {
			continue
		}
		start := time.Now()
		results, err := mutate.Run(ctx, c, mutate.Options{Table: table})
		if err != nil {
			return err
		}
		for _, r := range results {
			if r.Fate == mutate.Survived || r.Fate == mutate.Stale {
				wrong++
				fmt.Printf("%s %s %s\n", r.Fate, c.Name, r.Key)
			}
		}
		score, err := mutate.Count(c, results)
		if err != nil {
			return err
		}
		scores = append(scores, score)
		fmt.Fprintf(os.Stderr, "%s: %d mutants, %v\n", c.Name, score.Made, time.Since(start).Round(time.Second))
	}
	if err := scores.WriteTable(os.Stdout); err != nil {
		return err
	}
	if only == "" {
		if err := write(scores); err != nil {
			return err
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d survivors or stale lines: extend the judge, or mutate/testdata/equivalent.txt", wrong)
	}
	return nil
}

// write keeps the score for the README and for the tests.
func write(scores mutate.Scores) error {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		return err
	}
	if readme, err = scores.Rewrite(readme); err != nil {
		return fmt.Errorf("README.md: %w", err)
	}
	b, err := scores.Encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile("mutate/testdata/score.json", b, 0o666); err != nil {
		return err
	}
	return os.WriteFile("README.md", readme, 0o666)
}
