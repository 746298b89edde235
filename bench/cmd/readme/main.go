// SPDX-License-Identifier: MIT OR Apache-2.0

// Command readme writes the results of a benchmark into the README and draws the
// chart in docs/. The report is kept in docs/ too, so that a test can tell whether
// both are current. It is started in the module's root directory.
//
//	go run ./bench/cmd/readme [REPORT]
//
// REPORT is what genalloc bench --save wrote; the default is the report in docs/.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/google/renameio/v2"

	"github.com/genalloc/genalloc/bench"
	"github.com/genalloc/genalloc/internal/readme"
)

// The files that are written, from the root of the repository.
const (
	keptReport = "docs/bench.json"
	readmeFile = "README.md"
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
	text, err := os.ReadFile(readmeFile)
	if err != nil {
		return err
	}
	text, err = readme.Splice(text, bench.Section, table.Bytes())
	if err != nil {
		return fmt.Errorf("%s: %w", readmeFile, err)
	}
	return errors.Join(
		renameio.WriteFile(keptReport, report, 0o644),
		renameio.WriteFile(chart, svg.Bytes(), 0o644),
		renameio.WriteFile(readmeFile, text, 0o644),
	)
}
