// SPDX-License-Identifier: MIT OR Apache-2.0

package programs_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/advise"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/programs"
	"github.com/genalloc/genalloc/record"
	"github.com/genalloc/genalloc/trace"
	"github.com/genalloc/genalloc/trace/profile"
)

// TestAdvice records programs with the libc's own malloc, and links each with what is
// advised. It then has the pages that the advice says. Beside bump, it burns as much more
// or less fuel as the advice says, within 1 % of what the allocator burns.
func TestAdvice(t *testing.T) {
	toolchain.Need(t, "clang")
	b := builder(t)
	for _, p := range programs.Programs {
		switch p.Name {
		case "zlib", "bzip2", "sqlite":
			t.Run(p.Name, func(t *testing.T) { checkAdvice(t, b, p) })
		}
	}
}

func checkAdvice(t *testing.T, b programs.Builder, p programs.Program) {
	ops := recorded(t, b, p)
	peak := profile.Of(ops).PeakBytes
	advice, err := advise.Trace(t.Context(), ops, advise.Options{ABI: contract.C})
	if err != nil {
		t.Fatal(err)
	}
	best := advice.Configurations[0]
	var bump *advise.Result
	for _, r := range advice.Configurations {
		if r.Command == "genalloc --abi c" {
			bump = r
		}
	}
	if bump == nil {
		t.Fatal("bump is not among the configurations")
	}
	got, other := runWith(t, b, p, best), runWith(t, b, p, bump)
	t.Logf("%s: peak %d, %d pages, fuel %d", best.Command, peak, best.Pages, best.Fuel)
	if got.Pages != best.Pages || other.Pages != bump.Pages {
		t.Errorf("%d pages with %s, and the advice says %d; with bump %d, and %d", got.Pages, best.Command, best.Pages, other.Pages, bump.Pages)
	}
	difference := float64(got.Fuel) - float64(other.Fuel) - (float64(best.Fuel) - float64(bump.Fuel))
	if limit := 0.01 * float64(best.Fuel); difference < -limit || difference > limit {
		t.Errorf("the difference in fuel is %.0f off; the allocator burns %d", difference, best.Fuel)
	}
}

// runWith links and runs a program with an advised allocator.
func runWith(t *testing.T, b programs.Builder, p programs.Program, r *advise.Result) *programs.Run {
	t.Helper()
	flags := strings.NewReplacer("genalloc ", "", "--abi c", "--abi=c").Replace(r.Command)
	file, err := b.Link(p, programs.Allocator{Name: r.Command, Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	run, err := b.Run(p, engine.Default(), file)
	if err != nil {
		t.Fatalf("%s: %v", r.Command, err)
	}
	return run
}

// recorded returns what a program asks of its allocator.
func recorded(t *testing.T, b programs.Builder, p programs.Program) []trace.Op {
	t.Helper()
	b.Names = true
	file, err := b.Link(p, programs.Allocator{})
	if errors.Is(err, programs.ErrSources) {
		toolchain.Missing(t, "%v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	instrumented, err := record.Instrument(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	w := trace.NewWriter(&text)
	o := record.Options{Stdout: filepath.Join(t.TempDir(), "out")}
	o.Args, o.Dirs = b.World(p)
	if _, err := instrumented.Run(o, w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	ops, err := trace.NewReader(&text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return ops
}
