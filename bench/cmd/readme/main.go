// SPDX-License-Identifier: MIT OR Apache-2.0

// Command readme writes the results of a benchmark into the tables of the README and
// of docs/figures.md, and draws the chart in docs/. It keeps the report in docs/ too, so
// that a test can tell whether they are current. Start it in the module's root directory.
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

	"github.com/genalloc/genalloc/bench"
	"github.com/genalloc/genalloc/internal/files"
	"github.com/genalloc/genalloc/internal/readme"
)

// Files that are written beside the documents, from the root of the repository.
const (
	keptReport = "docs/bench.json"
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
	var svg bytes.Buffer
	if err := r.WriteSVG(&svg, "edge_cases"); err != nil {
		return err
	}
	texts := map[string][]byte{keptReport: report, chart: svg.Bytes()}
	for _, d := range bench.Documents {
		text, ok := texts[d.File]
		if !ok {
			if text, err = os.ReadFile(d.File); err != nil {
				return err
			}
		}
		if texts[d.File], err = readme.Splice(text, d.Section, []byte(d.Text(r))); err != nil {
			return fmt.Errorf("%s: %w", d.File, err)
		}
	}
	for file, text := range texts {
		err = errors.Join(err, files.Write(file, text))
	}
	return err
}
