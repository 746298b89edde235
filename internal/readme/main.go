// SPDX-License-Identifier: MIT OR Apache-2.0

// Command readme writes the results of a benchmark into the README, between
// its markers, and draws the chart beside it. The report that they come from is
// kept in docs/, so that a test can tell whether they are current.
//
//	go run ./internal/readme [REPORT]
//
// REPORT is what genalloc bench --save wrote; without it, the one in docs/ is
// used again.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/google/renameio/v2"

	"github.com/genalloc/genalloc/bench"
)

// The files that are written, from the root of the repository.
const (
	keptReport = "docs/bench.json"
	readme     = "README.md"
	chart      = "docs/edge_cases.svg"
)

func main() {
	source := keptReport
	if len(os.Args) > 1 {
		source = os.Args[1]
	}
	if err := update(source); err != nil {
		fmt.Fprintf(os.Stderr, "readme: %v\n", err)
		os.Exit(1)
	}
}

// update renders everything before it writes anything.
func update(source string) error {
	report, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	r, err := bench.Read(bytes.NewReader(report))
	if err != nil {
		return fmt.Errorf("%s: %w", source, err)
	}
	var table, svg bytes.Buffer
	if err := r.WriteMarkdown(&table); err != nil {
		return err
	}
	if err := r.WriteSVG(&svg, "edge_cases"); err != nil {
		return err
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	text, err = splice(text, table.Bytes())
	if err != nil {
		return fmt.Errorf("%s: %w", readme, err)
	}
	return errors.Join(
		renameio.WriteFile(keptReport, report, 0o644),
		renameio.WriteFile(chart, svg.Bytes(), 0o644),
		renameio.WriteFile(readme, text, 0o644),
	)
}

// splice puts the table between the markers.
func splice(text, table []byte) ([]byte, error) {
	before, rest, ok := bytes.Cut(text, []byte(bench.MarkdownBegin))
	_, after, ok2 := bytes.Cut(rest, []byte(bench.MarkdownEnd))
	if !ok || !ok2 {
		return nil, fmt.Errorf("no %s followed by %s in it", bench.MarkdownBegin, bench.MarkdownEnd)
	}
	return bytes.Join([][]byte{before, []byte(bench.MarkdownBegin + "\n"), table, []byte(bench.MarkdownEnd), after}, nil), nil
}
