// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sat"
)

// TestLRAT checks the files of formulas with a checker that shares nothing with the
// prover, and sees proofs with a hint or a clause of the formula left out refused.
func TestLRAT(t *testing.T) {
	c := contract.Must(contract.Parse("--functions=alloc,dealloc"))
	m := page(t)
	m.Exports = only(m.Exports, c)
	checked, refused := 0, 0
	for _, f := range formulasOf(t, c, m) {
		if f.Status != sat.Unsat {
			continue
		}
		var cnf, lrat bytes.Buffer
		if err := errors.Join(f.DIMACS(&cnf), f.LRAT(&lrat)); err != nil {
			t.Fatal(err)
		}
		if err := checkLRAT(&cnf, lrat.String()); err != nil {
			t.Fatalf("%s: %v", f.Name(), err)
		}
		checked++
		for _, spoil := range []func(cnf, lrat string) (string, string){withoutHint, withoutClause} {
			cnf, lrat := bytes.Buffer{}, bytes.Buffer{}
			if err := errors.Join(f.DIMACS(&cnf), f.LRAT(&lrat)); err != nil {
				t.Fatal(err)
			}
			formula, proof := spoil(cnf.String(), lrat.String())
			if err := checkLRAT(strings.NewReader(formula), proof); err == nil {
				t.Errorf("%s: accepted with something left out", f.Name())
			}
			refused++
		}
	}
	if checked < 30 || refused < 60 {
		t.Errorf("%d proofs checked and %d refused", checked, refused)
	}
}

// withoutHint leaves out the first hint of the last line, which has the empty clause.
func withoutHint(cnf, lrat string) (string, string) {
	lines := strings.SplitAfter(strings.TrimSuffix(lrat, "\n"), "\n")
	words := strings.Fields(lines[len(lines)-1])
	lines[len(lines)-1] = strings.Join(slices.Delete(words, 2, 3), " ") + "\n"
	return cnf, strings.Join(lines, "")
}

// withoutClause makes a tautology of a clause that the proof needs.
func withoutClause(cnf, lrat string) (string, string) {
	words := strings.Fields(lrat) // of the first line: number, literals, 0, hints
	hint, _ := strconv.Atoi(words[slices.Index(words, "0")+1])
	lines := strings.SplitAfter(cnf, "\n")
	first := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "p ") }) + 1
	lines[first+hint-1] = "1 -1 0\n"
	return strings.Join(lines, ""), lrat
}

// checkLRAT checks a proof by the book: for each clause, all its literals are made
// false; then every hint has one literal left that is not false, and makes it true, but
// the last has none.
func checkLRAT(dimacs io.Reader, lrat string) error {
	clauses := map[int][]int{}
	for in := bufio.NewScanner(dimacs); in.Scan(); {
		if line := in.Text(); line[0] != 'c' && line[0] != 'p' {
			lits, _, err := numbers(strings.Fields(line))
			if err != nil {
				return err
			}
			clauses[len(clauses)+1] = lits
		}
	}
	for line := range strings.Lines(lrat) {
		words := strings.Fields(line)
		if words[1] == "d" {
			gone, _, err := numbers(words[2:])
			if err != nil {
				return err
			}
			for _, id := range gone {
				delete(clauses, id)
			}
			continue
		}
		id, err := strconv.Atoi(words[0])
		if err != nil {
			return err
		}
		lits, rest, err := numbers(words[1:])
		if err != nil {
			return err
		}
		hints, _, err := numbers(rest)
		if err != nil {
			return err
		}
		if err := follows(clauses, lits, hints); err != nil {
			return fmt.Errorf("clause %d: %w", id, err)
		}
		if len(lits) == 0 {
			return nil
		}
		clauses[id] = lits
	}
	return errors.New("no empty clause")
}

// numbers reads what is before a 0.
func numbers(words []string) (ns []int, rest []string, err error) {
	for i, w := range words {
		n, err := strconv.Atoi(w)
		if err != nil || n == 0 {
			return ns, words[i+1:], err
		}
		ns = append(ns, n)
	}
	return nil, nil, errors.New("a line without 0")
}

func follows(clauses map[int][]int, lits, hints []int) error {
	isFalse := map[int]bool{}
	for _, l := range lits {
		isFalse[l] = true
	}
	for i, h := range hints {
		c, ok := clauses[h]
		if !ok {
			return fmt.Errorf("there is no clause %d", h)
		}
		open := slices.DeleteFunc(slices.Clone(c), func(l int) bool { return isFalse[l] })
		switch {
		case len(open) == 0 && i == len(hints)-1:
			return nil
		case len(open) != 1:
			return fmt.Errorf("clause %d has %d literals open", h, len(open))
		}
		isFalse[-open[0]] = true
	}
	return errors.New("its hints lead to no conflict")
}
