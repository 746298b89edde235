// SPDX-License-Identifier: MIT OR Apache-2.0

package sweep

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/internal/files"
)

// A Result is what a part of a run found.
type Result struct {
	Sweep string                    `json:"sweep"` // the name of the run
	List  string                    `json:"list"`  // the SHA-256 of what is divided
	Part  Part                      `json:"part"`
	Rows  map[string]map[string]int `json:"rows"`            // counts, by item and by what is counted
	Wrong []string                  `json:"wrong,omitempty"` // a line for each item that fails

	file string
}

// New begins the result of a run, and defines the flags -shard and -o for it.
func New(name string) *Result {
	r := &Result{Sweep: name, Part: Part{1, 1}, Rows: map[string]map[string]int{}}
	flag.TextVar(&r.Part, "shard", r.Part, "the `i/n`-th part of the list")
	flag.StringVar(&r.file, "o", "", "save the result in `FILE`")
	return r
}

// Of says what is divided. Results add up if it is the same for all.
func (r *Result) Of(items ...string) { r.List = Digest(items...) }

// Digest is the SHA-256 of a list.
func Digest(items ...string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(items, "\x00"))))
}

// Add counts n more of a kind for an item.
func (r *Result) Add(item, kind string, n int) {
	if r.Rows[item] == nil {
		r.Rows[item] = map[string]int{}
	}
	r.Rows[item][kind] += n
}

// Fail notes what is wrong with an item.
func (r *Result) Fail(item string, err error) {
	r.Wrong = append(r.Wrong, fmt.Sprintf("%s: %v", item, err))
}

// Save writes the file that -o names, if it does. A run that is interrupted saves
// nothing, so its part is missing later.
func (r *Result) Save() error {
	if r.file == "" {
		return nil
	}
	to, err := files.Settle(r.file, true)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return to.Write(append(b, '\n'), nil)
}

// Err says how many items are wrong.
func (r *Result) Err() error {
	if len(r.Wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%d wrong", len(r.Wrong))
}

// Write writes the sums over all items, and a line for each that is wrong.
func (r *Result) Write(w io.Writer) error {
	sums := map[string]int{}
	for _, row := range r.Rows {
		for kind, n := range row {
			sums[kind] += n
		}
	}
	fmt.Fprintf(w, "%s, part %s: rows %d", r.Sweep, r.Part, len(r.Rows))
	for _, kind := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(w, "; %s %d", kind, sums[kind])
	}
	_, err := fmt.Fprintf(w, "; wrong %d\n", len(r.Wrong))
	for _, line := range r.Wrong {
		_, err = fmt.Fprintln(w, line)
	}
	return err
}

// Merge adds the results of all parts up. It refuses a list of files in which a part is
// missing or is there twice, or that come from different runs.
func Merge(paths []string) (*Result, error) {
	if len(paths) == 0 {
		return nil, fmt.Errorf("no result: run the parts first")
	}
	var whole *Result
	from := map[int]string{} // the files, by the part's number
	for _, path := range paths {
		r, err := read(path)
		if err != nil {
			return nil, err
		}
		if whole == nil {
			whole = &Result{Sweep: r.Sweep, List: r.List, Part: r.Part, Rows: map[string]map[string]int{}}
		}
		switch other := from[r.Part.Number]; {
		case r.Sweep != whole.Sweep || r.List != whole.List || r.Part.Of != whole.Part.Of:
			return nil, fmt.Errorf("%s: part %s of %s is not of the run that %s is of: leave one of them out, or run them on the same revision with the same arguments", path, r.Part, r.Sweep, paths[0])
		case other != "":
			return nil, fmt.Errorf("%s: part %s is also in %s: leave one of them out", path, r.Part, other)
		}
		from[r.Part.Number] = path
		for item, row := range r.Rows {
			for kind, n := range row {
				whole.Add(item, kind, n)
			}
		}
		whole.Wrong = append(whole.Wrong, r.Wrong...)
	}
	whole.Part.Number = 1
	for ; whole.Part.Number <= whole.Part.Of; whole.Part.Number++ {
		if from[whole.Part.Number] == "" {
			return nil, fmt.Errorf("%s: part %s is missing: run it", whole.Sweep, whole.Part)
		}
	}
	whole.Part = Part{1, 1}
	return whole, nil
}

func read(path string) (*Result, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &Result{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s is not a result: %w", path, err)
	}
	if r.Part.Of == 0 {
		return nil, fmt.Errorf("%s is not a result: it names no part", path)
	}
	return r, nil
}
