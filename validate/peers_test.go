// SPDX-License-Identifier: MIT OR Apache-2.0

package validate_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/validate"
)

// TestPeers judges allocators that others made, built from their packages, and
// holds the verdicts against testdata/peers.txt: the name of the module, its
// contract, whether growth by others is excluded and, one a line, each check that
// fails with the rule that it breaks, and the smallest request that is refused although
// it would fit.
func TestPeers(t *testing.T) {
	text, err := os.ReadFile("testdata/peers.txt")
	if err != nil {
		t.Fatal(err)
	}
	toolchain.Need(t, "clang", "wasm-ld", "npm")
	dir := t.TempDir()
	toolchain.Run(t, toolchain.Root(t), filepath.Join("peers", "build"), dir)
	for _, part := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		lines := slices.DeleteFunc(strings.Split(part, "\n"), func(l string) bool { return strings.HasPrefix(l, "#") })
		if len(lines) == 0 {
			continue
		}
		name, flags, _ := strings.Cut(lines[0], " --")
		t.Run(name, func(t *testing.T) {
			module, err := os.ReadFile(filepath.Join(dir, name+".wasm"))
			if err != nil {
				toolchain.Missing(t, "%v: make deps, and see what peers/build says", err)
			}
			flags, own := strings.CutSuffix(flags, " --foreign-growth=false")
			c, err := contract.Parse("--" + flags)
			if err != nil {
				t.Fatal(err)
			}
			report, err := validate.Run(context.Background(), module, c, validate.Options{Level: validate.Full, Ops: 5000, Scope: validate.Scope{OwnGrowth: own}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range report.Failures() {
				line := fmt.Sprintf("%s: %s", r.Check, r.Failure.Rule)
				if !slices.Contains(got, line) {
					got = append(got, line)
				}
				t.Logf("%s on %s: %v", r.Check, r.Engine, r.Failure)
			}
			if r := report.Refusals; r.Refused > 0 {
				got = append(got, fmt.Sprintf("refused: %d bytes", r.Smallest))
			}
			t.Log(report.Refusals)
			if want := lines[1:]; !slices.Equal(got, want) {
				t.Errorf("failed:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}
