// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/genalloc/genalloc/internal/readme"
)

// A Score counts the mutants of one configuration by fate.
type Score struct {
	Configuration string `json:"configuration"`
	Flags         string `json:"flags"`
	SHA256        string `json:"sha256"` // of the module
	Made          int    `json:"made"`
	Invalid       int    `json:"invalid"`
	Unsupported   int    `json:"unsupported,omitempty"`
	Killed        int    `json:"killed"` // those that are Stale included
	Equivalent    int    `json:"equivalent"`
	Slower        int    `json:"slower,omitempty"`
	Survived      int    `json:"survived"`
	Open          int    `json:"open,omitempty"`
}

// Score makes the score of a configuration with so many mutants of each fate.
func (c Configuration) Score(n map[Fate]int) (Score, error) {
	o, err := c.emit()
	if err != nil {
		return Score{}, err
	}
	made := 0
	for _, mutants := range n {
		made += mutants
	}
	return Score{
		Configuration: c.Name, Flags: c.Flags, SHA256: o.hash(), Made: made,
		Invalid: n[Invalid], Unsupported: n[Unsupported], Killed: n[Killed] + n[Stale],
		Equivalent: n[Equivalent], Slower: n[Slower], Survived: n[Survived], Open: n[Open],
	}, nil
}

// Scores are the scores of all configurations.
type Scores []Score

// Complete returns the scores of all configurations: those of s, and of the others what old
// has. It refuses a score of another module than there is now.
func (s Scores) Complete(old Scores) (Scores, error) {
	var all Scores
	for _, c := range Configurations() {
		now, err := c.Score(nil)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(s, now.same)
		if i >= 0 {
			all = append(all, s[i])
			continue
		}
		if i = slices.IndexFunc(old, now.same); i < 0 {
			return nil, fmt.Errorf("configuration %s has no score of its module: run the mutants of it too", c.Name)
		}
		all = append(all, old[i])
	}
	return all, nil
}

func (s Score) same(o Score) bool { return s.Configuration == o.Configuration && s.SHA256 == o.SHA256 }

// Total adds the scores up.
func (s Scores) Total() Score {
	t := Score{Configuration: "total"}
	for _, x := range s {
		t.Made += x.Made
		t.Invalid += x.Invalid
		t.Unsupported += x.Unsupported
		t.Killed += x.Killed
		t.Equivalent += x.Equivalent
		t.Slower += x.Slower
		t.Survived += x.Survived
		t.Open += x.Open
	}
	return t
}

// WriteTable writes a line for each configuration, and the sum.
func (s Scores) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "configuration\tmade\tinvalid\tunsupported\tkilled\tslower\tequivalent\tsurvived\topen\t")
	for _, x := range append(s[:len(s):len(s)], s.Total()) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n",
			x.Configuration, x.Made, x.Invalid, x.Unsupported, x.Killed, x.Slower, x.Equivalent, x.Survived, x.Open)
	}
	return t.Flush()
}

// Sentence is the score as the README has it.
func (s Scores) Sentence() string {
	t := s.Total()
	return fmt.Sprintf("Of %d single-instruction mutants of %d modules, the judge kills %d; slower: %d, shown to be the same function: %d, surviving: %d.",
		t.Made-t.Invalid, len(s), t.Killed, t.Slower, t.Equivalent, t.Survived)
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
