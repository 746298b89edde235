// SPDX-License-Identifier: MIT OR Apache-2.0

// Command mutants has the judge or the prover examine the mutants of some
// configurations, of all where none is named. It prints the mutants whose fate is
// odd, and the score. It exits 1 if a mutant survives, or if the judge kills one
// that the table lists as equivalent.
//
//	go run ./mutate/cmd/mutants [-by judge|prover] [-every N] [-from I] [-timeout DURATION] [CONFIGURATION...]
//	go run ./mutate/cmd/mutants -write
//
// With -write the judge examines all mutants, and the score is kept in
// mutate/testdata/score.json and README.md. The command is started in the module's
// root directory.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/genalloc/genalloc/mutate"
)

func main() {
	by := flag.String("by", "judge", "`examiner`: judge or prover")
	every := flag.Int("every", 1, "only every `N`-th mutant of a configuration")
	from := flag.Int("from", 0, "the number of the first mutant")
	timeout := flag.Duration("timeout", time.Minute, "the prover's limit for one case of an obligation")
	write := flag.Bool("write", false, "keep the score of the judge")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o := mutate.Options{Every: *every, From: *from, Examiner: mutate.Judge}
	wrong := []mutate.Fate{mutate.Survived, mutate.Stale}
	if *by == "prover" {
		o.Examiner, wrong = mutate.Prover(*timeout), wrong[:1]
	}
	var err error
	switch {
	case *by != "judge" && *by != "prover":
		err = fmt.Errorf("-by %s: judge or prover expected", *by)
	case *write && (flag.NFlag() > 1 || flag.NArg() > 0):
		err = errors.New("-write: the score is that of the judge on all mutants: leave the other arguments out")
	case *write:
		err = score(ctx, o, wrong)
	default:
		_, err = examine(ctx, flag.Args(), o, wrong)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// score examines everything and keeps the score for the README and for the tests.
func score(ctx context.Context, o mutate.Options, wrong []mutate.Fate) error {
	text, err := os.ReadFile("README.md")
	if err != nil {
		return err
	}
	if _, err := mutate.Scores(nil).Rewrite(text); err != nil { // before the long run
		return fmt.Errorf("README.md: %w", err)
	}
	scores, wrongErr := examine(ctx, nil, o, wrong)
	if scores == nil {
		return wrongErr
	}
	if text, err = scores.Rewrite(text); err != nil {
		return fmt.Errorf("README.md: %w", err)
	}
	b, err := scores.Encode()
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile("mutate/testdata/score.json", b, 0o666),
		os.WriteFile("README.md", text, 0o666),
		wrongErr,
	)
}

// examine prints each mutant whose fate is worth a look, and the scores. It fails
// if a fate is wrong; the scores are nil if there are none.
func examine(ctx context.Context, names []string, o mutate.Options, wrong []mutate.Fate) (mutate.Scores, error) {
	table, err := mutate.Equivalents()
	if err != nil {
		return nil, fmt.Errorf("equivalent.txt: %w", err)
	}
	o.Table = table
	o.Progress = func(r mutate.Result) {
		if r.Fate == mutate.Survived || r.Fate == mutate.Stale || r.Fate == mutate.Open {
			fmt.Printf("%s %s %s  %s\n", r.Fate, r.Configuration, r.Key, r.Reason)
		}
	}
	all := mutate.Configurations()
	for _, name := range names {
		if !slices.ContainsFunc(all, func(c mutate.Configuration) bool { return c.Name == name }) {
			return nil, fmt.Errorf("configuration %s not found", name)
		}
	}
	var scores mutate.Scores
	count := 0
	for _, c := range all {
		if len(names) > 0 && !slices.Contains(names, c.Name) {
			continue
		}
		start := time.Now()
		results, err := mutate.Run(ctx, c, o)
		if err != nil {
			return nil, err
		}
		for _, r := range results {
			if slices.Contains(wrong, r.Fate) {
				count++
			}
		}
		s, err := mutate.Count(c, results)
		if err != nil {
			return nil, err
		}
		scores = append(scores, s)
		fmt.Fprintf(os.Stderr, "%s: %d mutants, %v\n", c.Name, s.Made, time.Since(start).Round(time.Second))
	}
	if err := scores.WriteTable(os.Stdout); err != nil {
		return nil, err
	}
	if count > 0 {
		return scores, fmt.Errorf("%d mutants survive or are killed and listed as equivalent: extend the judge, the prover or mutate/testdata/equivalent.txt", count)
	}
	return scores, nil
}
