// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/genalloc/genalloc/internal/readme"
)

// A Score is what came of the mutants of one configuration.
type Score struct {
	Configuration string `json:"configuration"`
	Flags         string `json:"flags"`
	SHA256        string `json:"sha256"` // of the module
	Made          int    `json:"made"`
	Invalid       int    `json:"invalid"`
	Killed        int    `json:"killed"`
	Equivalent    int    `json:"equivalent"`
	Survived      int    `json:"survived"`
}

// Count makes the score of all mutants of a configuration.
func Count(c Configuration, results []Result) (Score, error) {
	o, err := c.emit()
	if err != nil {
		return Score{}, err
	}
	s := Score{Configuration: c.Name, Flags: c.Flags, SHA256: o.hash(), Made: len(results)}
	for _, r := range results {
		switch r.Fate {
		case Invalid:
			s.Invalid++
		case Killed, Stale:
			s.Killed++
		case Equivalent:
			s.Equivalent++
		case Survived:
			s.Survived++
		}
	}
	return s, nil
}

// Scores are the scores of all configurations.
type Scores []Score

// Total adds the scores up.
func (s Scores) Total() Score {
	t := Score{Configuration: "total"}
	for _, x := range s {
		t.Made += x.Made
		t.Invalid += x.Invalid
		t.Killed += x.Killed
		t.Equivalent += x.Equivalent
		t.Survived += x.Survived
	}
	return t
}

// WriteTable writes a line for each configuration, and the sum.
func (s Scores) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "configuration\tmade\tinvalid\tkilled\tequivalent\tsurvived\t")
	for _, x := range append(s[:len(s):len(s)], s.Total()) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t\n", x.Configuration, x.Made, x.Invalid, x.Killed, x.Equivalent, x.Survived)
	}
	return t.Flush()
}

// Sentence is the score as the README has it.
func (s Scores) Sentence() string {
	t := s.Total()
	return fmt.Sprintf("Of %d single-instruction mutants of %d modules, the judge kills %d; %d are shown to be the same function and %d survive.",
		t.Made-t.Invalid, len(s), t.Killed, t.Equivalent, t.Survived)
}

// Rewrite puts the sentence into its section of the README.
func (s Scores) Rewrite(text []byte) ([]byte, error) {
	return readme.Splice(text, "mutants", []byte(s.Sentence()+"\n"))
}

// Encode writes the scores as score.json has them.
func (s Scores) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(s, "", "  ")
	return append(b, '\n'), err
}
