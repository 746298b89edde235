// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/genalloc/genalloc/internal/sweep"
)

// recordFile is where the repository keeps what was proved.
const recordFile = "prove/cmd/sweep/proved.txt"

const recordHead = `# What make prove has proved, and what it refuses with the reason. make proved writes this file.
`

// keep adds what a run proved to the record. All parts of the run are needed. Contracts
// that the run is not about keep their lines; those that are off the list lose theirs.
func keep(record string, results []string) error {
	if len(results) == 0 {
		return errors.New("-write: name the results of all parts of a run")
	}
	whole, err := sweep.Merge(results)
	if err != nil {
		return err
	}
	if whole.Sweep != "prove" {
		return fmt.Errorf("%s is a result of %s, not of prove", results[0], whole.Sweep)
	}
	if len(whole.Wrong) > 0 {
		return fmt.Errorf("nothing is written, since not all is proved: %s", whole.Wrong[0])
	}
	old, err := readRecord(record)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(recordHead)
	for _, text := range texts() {
		found, ok := old[text]
		if row := whole.Rows[text]; row != nil {
			found, ok = verdictOf(row), true
		}
		if !ok {
			return fmt.Errorf("genalloc %s is neither in %s nor in the record: run it too", text, results[0])
		}
		fmt.Fprintf(&b, "genalloc %s: %s\n", text, found)
	}
	for _, x := range exceptions() {
		fmt.Fprintf(&b, "genalloc %s: not supported: %s\n", x[0], x[1])
	}
	return os.WriteFile(record, []byte(b.String()), 0o666)
}

// What a row of a result counts, beside obligations and conflicts.
const (
	proved = "proved"
	open   = "open"
)

// verdictOf says what was found of a contract.
func verdictOf(row map[string]int) string {
	if row[proved] == 0 {
		return open
	}
	return fmt.Sprintf("%s, %d obligations, %d conflicts", proved, row["obligations"], row["conflicts"])
}

// readRecord returns what the record says, by contract.
func readRecord(record string) (map[string]string, error) {
	b, err := os.ReadFile(record)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for line := range strings.Lines(string(b)) {
		if text, ok := strings.CutPrefix(line, "genalloc "); ok {
			text, verdict, _ := strings.Cut(text, ": ")
			found[text] = strings.TrimSpace(verdict)
		}
	}
	return found, nil
}
