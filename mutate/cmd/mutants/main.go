// SPDX-License-Identifier: MIT OR Apache-2.0

// Command mutants has the judge or the prover examine the mutants of some
// configurations, of all where none is named. It prints the mutants whose fate is
// odd, and the score. It exits 1 if a mutant survives, or if the judge kills one
// that the table lists as equivalent.
//
//	go run ./mutate/cmd/mutants [-by judge|prover] [-shard i/n] [-o FILE] [-every N] [-timeout DURATION] [CONFIGURATION...]
//	go run ./mutate/cmd/mutants -write RESULT...
//
// With -write it keeps the score of the judge, added up from the results of all parts of a
// run, in mutate/testdata/score.json and README.md. Configurations that the run was not of
// keep their score. The command is started in the module's root directory.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"time"

	"github.com/genalloc/genalloc/internal/sweep"
	"github.com/genalloc/genalloc/mutate"
)

func main() {
	result := sweep.New("mutants")
	by := flag.String("by", "judge", "`examiner`: judge or prover")
	every := flag.Int("every", 1, "only every `N`-th mutant of a configuration")
	timeout := flag.Duration("timeout", time.Minute, "the prover's limit for one case of an obligation")
	write := flag.Bool("write", false, "keep the score of the judge")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	x := examination{result: result, every: *every, examiner: mutate.Judge, wrong: []mutate.Fate{mutate.Survived, mutate.Stale}}
	if *by == "prover" {
		result.Sweep = "prove-mutants"
		x.examiner, x.wrong = mutate.Prover(*timeout), x.wrong[:1]
	}
	var err error
	switch {
	case *by != "judge" && *by != "prover":
		err = fmt.Errorf("-by %s: judge or prover expected", *by)
	case *every < 1:
		err = fmt.Errorf("-every %d: at least 1 expected", *every)
	case *write && flag.NFlag() > 1:
		err = errors.New("-write: the score is that of the judge on all mutants: leave the other flags out")
	case *write:
		err = keep(flag.Args())
	default:
		err = x.run(ctx, flag.Args())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// keep writes the score for the README and for the tests.
func keep(paths []string) error {
	whole, err := sweep.Merge(paths)
	if err != nil {
		return err
	}
	const file = "mutate/testdata/score.json"
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var old mutate.Scores
	if err := json.Unmarshal(b, &old); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	ran := slices.DeleteFunc(mutate.Configurations(), func(c mutate.Configuration) bool { return whole.Rows[c.Name] == nil })
	items, err := list(ran, 1)
	if err != nil {
		return err
	}
	if whole.Sweep != "mutants" || whole.List != sweep.Digest(items...) {
		return fmt.Errorf("%s is not of a run of the judge on whole configurations of this revision: run the parts again", paths[0])
	}
	scores, err := scoresOf(ran, whole)
	if err != nil {
		return err
	}
	if scores, err = scores.Complete(old); err != nil {
		return err
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		return err
	}
	if text, err = scores.Rewrite(text); err != nil {
		return fmt.Errorf("README.md: %w", err)
	}
	if b, err = scores.Encode(); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(file, b, 0o666),
		os.WriteFile("README.md", text, 0o666),
		whole.Err(),
	)
}

// scoresOf returns the score of each configuration.
func scoresOf(all []mutate.Configuration, r *sweep.Result) (mutate.Scores, error) {
	var scores mutate.Scores
	for _, c := range all {
		fates := map[mutate.Fate]int{}
		for fate, n := range r.Rows[c.Name] {
			fates[mutate.Fate(fate)] = n
		}
		s, err := c.Score(fates)
		if err != nil {
			return nil, err
		}
		scores = append(scores, s)
	}
	return scores, nil
}

// list says what a run goes through.
func list(all []mutate.Configuration, every int) ([]string, error) {
	items := []string{fmt.Sprint(every)}
	for _, c := range all {
		s, err := c.Score(nil)
		if err != nil {
			return nil, err
		}
		items = append(items, s.Configuration, s.SHA256)
	}
	return items, nil
}

// An examination goes through the mutants of some configurations.
type examination struct {
	result   *sweep.Result
	every    int
	examiner mutate.Examiner
	wrong    []mutate.Fate // what no mutant may be
	lock     sync.Mutex
}

// run prints each mutant whose fate is worth a look, and the scores. It fails if a
// fate is wrong.
func (x *examination) run(ctx context.Context, names []string) error {
	all := mutate.Configurations()
	for _, name := range names {
		if !slices.ContainsFunc(all, func(c mutate.Configuration) bool { return c.Name == name }) {
			return fmt.Errorf("configuration %s not found", name)
		}
	}
	if len(names) > 0 {
		all = slices.DeleteFunc(all, func(c mutate.Configuration) bool { return !slices.Contains(names, c.Name) })
	}
	items, err := list(all, x.every)
	if err != nil {
		return err
	}
	x.result.Of(items...)
	table, err := mutate.Equivalents()
	if err != nil {
		return fmt.Errorf("equivalent.txt: %w", err)
	}
	part := x.result.Part
	o := mutate.Options{
		Table: table, Examiner: x.examiner, Progress: x.note,
		From: x.every * (part.Number - 1), Every: x.every * part.Of,
	}
	for _, c := range all {
		start := time.Now()
		results, err := mutate.Run(ctx, c, o)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s: %d mutants, %v\n", c.Name, len(results), time.Since(start).Round(time.Second))
	}
	if err := x.result.Save(); err != nil {
		return err
	}
	scores, err := scoresOf(all, x.result)
	if err != nil {
		return err
	}
	if err := scores.WriteTable(os.Stdout); err != nil {
		return err
	}
	if err := x.result.Err(); err != nil {
		return fmt.Errorf("%w: mutants survive, or are killed and listed as equivalent: extend the judge, the prover or mutate/testdata/equivalent.txt", err)
	}
	return nil
}

// note counts a mutant by its fate. It is called from several goroutines.
func (x *examination) note(r mutate.Result) {
	x.lock.Lock()
	defer x.lock.Unlock()
	x.result.Add(r.Configuration, string(r.Fate), 1)
	if slices.Contains(x.wrong, r.Fate) {
		x.result.Fail(r.Configuration+" "+r.Key, fmt.Errorf("%s %s", r.Fate, r.Reason))
	}
	if r.Fate == mutate.Survived || r.Fate == mutate.Stale || r.Fate == mutate.Open {
		fmt.Printf("%s %s %s  %s\n", r.Fate, r.Configuration, r.Key, r.Reason)
	}
}
