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
// build with --stats counts in the program. The test links each with what is advised and
// with each strategy. The program then has the pages that the advice says, and the
// functions of the allocator cost in it, in ink and in fuel, what the advice says, within
// 1 % for what is advised and 2 % for a strategy that does little: a trace has no free of
// null, which costs something too. The fuel of the program around them says less: SQLite compares addresses, and
// takes other paths where its blocks are in another order.
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
	b.Meter = true
	compared := 0
	for i, r := range advice.Configurations {
		if i > 0 && !plain[r.Command] {
			continue
		}
		compared++
		got := runWith(t, b, p, r)
		t.Logf("%s: %d bytes live at most, %d pages, ink %d (advised %d), fuel %d (%d)", r.Command, peak, r.Pages, got.OwnInk, *r.Ink, got.OwnFuel, r.Fuel)
		if got.Pages != r.Pages {
			t.Errorf("%d pages with %s, and the advice says %d", got.Pages, r.Command, r.Pages)
		}
		percent := uint64(2)
		if i == 0 {
			percent = 1
		}
		if !near(got.OwnInk, *r.Ink, percent) || !near(got.OwnFuel, r.Fuel, percent) {
			t.Errorf("%s costs %d ink and %d fuel, and the advice says %d and %d", r.Command, got.OwnInk, got.OwnFuel, *r.Ink, r.Fuel)
		}
	}
	if compared < len(plain) {
		t.Errorf("%d of %d strategies are among the configurations", compared, len(plain))
	}
}

// near says whether a figure is within some per cent of what is expected.
func near(got, want, percent uint64) bool {
	return got > 0 && 100*(max(got, want)-min(got, want)) <= percent*want
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
