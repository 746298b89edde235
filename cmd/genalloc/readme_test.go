// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadme runs every genalloc command of the README, in order and in one empty
// folder. A block without commands, and without a language, is output: each of its lines is
// among what the commands of the block before it print.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	blocks := regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllSubmatch(text, -1)
	ran, shown := 0, 0
	var printed string
	for _, b := range blocks {
		if len(b[1]) > 0 {
			continue // of some language
		}
		var out bytes.Buffer
		before := ran
		for line := range strings.Lines(string(b[2])) {
			line = strings.Replace(strings.TrimSpace(line), "go run ./cmd/genalloc", "genalloc", 1)
			args, ok := strings.CutPrefix(line+" ", "genalloc ")
			if !ok {
				continue
			}
			if status := run(strings.Fields(args), streams{strings.NewReader(""), &out, &out}, emit); status != exitDone {
				t.Errorf("%s: exit %d: %s", line, status, &out)
			}
			ran++
		}
		if ran > before {
			printed = timeless(out.String())
			continue
		}
		for line := range strings.Lines(timeless(string(b[2]))) {
			if shown++; !strings.Contains(printed, line) {
				t.Errorf("the README shows\n%s\nand the commands print\n%s", line, printed)
			}
		}
	}
	if ran < 10 || shown < 10 {
		t.Errorf("%d commands and %d lines of output found in the README, want 10 at least", ran, shown)
	}
}

// timeless leaves the time out of a summary.
func timeless(summary string) string {
	return regexp.MustCompile(`time +[0-9.]+ s`).ReplaceAllString(summary, "time")
}
