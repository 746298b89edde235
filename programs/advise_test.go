// SPDX-License-Identifier: MIT OR Apache-2.0

package programs_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/advise"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/programs"
	"github.com/genalloc/genalloc/trace/profile"
)

// TestAdvice records programs with the libc's own malloc. The trace has the peak that a
// build with --stats counts in the program. The test links each with what is
// advised and with each strategy. It then has the pages that the advice says. A strategy
// burns as much more fuel than another as the advice says, within 1 % of what the dearer one
// burns: the rest of the program does the same, but for what depends on addresses.
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
	ops, err := b.Record(p)
	if errors.Is(err, programs.ErrSources) {
		toolchain.Missing(t, "%v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	peak := profile.Of(ops).PeakBytes
	if got := runWith(t, b, p, &advise.Result{Command: "genalloc --abi=c --stats -o genalloc.o"}); got.Peak != peak {
		t.Errorf("%d bytes are live at most in the trace, and %d in the program", peak, got.Peak)
	}
	advice, err := advise.Trace(t.Context(), ops, advise.Options{ABI: contract.C})
	if err != nil {
		t.Fatal(err)
	}
	plain := map[string]bool{}
	for _, x := range programs.Allocators()[1:] {
		plain["genalloc "+strings.TrimSuffix(x.Flags, " --strategy="+string(contract.Default().Strategy))+" -o genalloc.o"] = true
	}
	var own []float64  // of the program without its allocator
	var dearest uint64 // of the allocators so far
	for i, r := range advice.Configurations {
		if i > 0 && !plain[r.Command] {
			continue
		}
		got := runWith(t, b, p, r)
		t.Logf("%s: %d bytes live at most, %d pages, fuel %d", r.Command, peak, r.Pages, r.Fuel)
		if got.Pages != r.Pages {
			t.Errorf("%d pages with %s, and the advice says %d", got.Pages, r.Command, r.Pages)
		}
		if !plain[r.Command] {
			continue
		}
		dearest = max(dearest, r.Fuel)
		own = append(own, float64(got.Fuel)-float64(r.Fuel))
		if off := own[len(own)-1] - own[0]; max(off, -off) > 0.01*float64(dearest) {
			t.Errorf("%s: fuel is %.0f off, and the dearest allocator burns %d", r.Command, off, dearest)
		}
	}
	if len(own) != len(plain) {
		t.Errorf("%d strategies are among the configurations, want %d", len(own), len(plain))
	}
}

// runWith links and runs a program with an advised allocator.
func runWith(t *testing.T, b programs.Builder, p programs.Program, r *advise.Result) *programs.Run {
	t.Helper()
	a := programs.Allocator{Name: r.Command}
	words := strings.TrimSuffix(strings.TrimPrefix(r.Command, "genalloc "), " -o genalloc.o")
	flags, global := strings.CutSuffix(words, " --state=global")
	if a.Flags = flags; global {
		a.State = object.StateGlobal
	}
	file, err := b.Link(p, a)
	if err != nil {
		t.Fatal(err)
	}
	run, err := b.Run(p, engine.Default(), file)
	if err != nil {
		t.Fatalf("%s: %v", r.Command, err)
	}
	return run
}
