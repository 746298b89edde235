// SPDX-License-Identifier: MIT OR Apache-2.0

package advise

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/bench"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/trace"
)

func advice(t *testing.T, ops []trace.Op, o Options) *Advice {
	t.Helper()
	a, err := Trace(context.Background(), ops, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func alloc(size uint32) trace.Op { return trace.Op{Kind: trace.Alloc, Size: size, Align: 8} }
func free(block int) trace.Op    { return trace.Op{Kind: trace.Free, Block: block} }

// The programs of the tests: one that frees nothing, one that frees in the opposite
// order, one that runs on and on, and one whose calls free what they make.
func keeps() (ops []trace.Op) {
	for i := range 2000 {
		ops = append(ops, alloc(uint32(i%300+1)))
	}
	return ops
}

func nests() (ops []trace.Op) {
	for round := range 50 {
		for i := range 40 {
			ops = append(ops, alloc(uint32(i*7+round)))
		}
		for i := range 40 {
			ops = append(ops, free(round*40+39-i))
		}
	}
	return ops
}

func runsOn() (ops []trace.Op) {
	for i := range 3000 {
		ops = append(ops, alloc(uint32(i*37%500+1)))
		if i >= 100 {
			ops = append(ops, free(i-100))
		}
		if i%10 == 0 {
			ops = append(ops, trace.Op{Kind: trace.Resize, Block: i, Size: uint32(i%700 + 1)})
		}
	}
	return ops
}

func calls() (ops []trace.Op) {
	for call := range 100 {
		ops = append(ops, trace.Op{Kind: trace.Phase, Text: fmt.Sprint("call ", call)})
		for range 30 {
			ops = append(ops, alloc(100))
		}
		for i := range 30 {
			ops = append(ops, free(call*30+i))
		}
	}
	return ops
}

// withMemory is the trace of a linked program.
func withMemory(ops []trace.Op, pages, base uint32) []trace.Op {
	return append([]trace.Op{{Kind: trace.Memory, Size: pages, Base: base}}, ops...)
}

func TestRecommendations(t *testing.T) {
	for name, tt := range map[string]struct {
		ops     []trace.Op
		target  Target
		command string
		reason  string
	}{
		"keeps":          {keeps(), NoTarget, "genalloc", "nothing is freed before the end: bump is enough"},
		"keeps linked":   {withMemory(keeps(), 2, 66_576), NoTarget, "genalloc --state=global -o genalloc.o", "nothing is freed before the end: bump is enough"},
		"ends":           {append(keeps(), free(7), free(0)), NoTarget, "genalloc", "nothing is freed before the last allocation: bump is enough"},
		"nests":          {nests(), NoTarget, "genalloc --strategy=stack", "100 % of the frees are of the newest live block: stack needs the 1 page that lists needs"},
		"runs on":        {runsOn(), NoTarget, "genalloc --strategy=lists", "lists needs 1 page where bump needs"},
		"runs embedded":  {runsOn(), Embedded, "genalloc --strategy=lists", "lists needs 1 page where bump needs"},
		"runs browser":   {runsOn(), Browser, "genalloc --strategy=lists", "lists needs 1 page where bump needs"},
		"runs cosmwasm":  {runsOn(), CosmWasm, "genalloc --target=cosmwasm", ""},
		"calls":          {calls(), NoTarget, "genalloc --abi=core,arena", "100 phases free all that they make: call mark"},
		"calls of alloc": {calls()[1:122], NoTarget, "genalloc", "reuse saves no page: bump needs 1 page"},
	} {
		a := advice(t, tt.ops, Options{Target: tt.target})
		best := a.Configurations[0]
		if !strings.HasPrefix(best.Command, tt.command) || !strings.Contains(best.Reason, tt.reason) {
			t.Errorf("%s: %s: %s\nwant %s: %s", name, best.Command, best.Reason, tt.command, tt.reason)
		}
		if !best.Front {
			t.Errorf("%s: %s is not on the front", name, best.Command)
		}
		for _, r := range a.Configurations[1:] {
			if r.Reason == "" {
				t.Errorf("%s: %s has no reason", name, r.Command)
			}
			if better, worse := r.against(best); better && !worse {
				t.Errorf("%s: %s beats the first", name, r.Command)
			}
		}
	}
}

// TestMarks: marks of the trace are called where there are functions for them, and each
// block is freed where there are none.
func TestMarks(t *testing.T) {
	var ops []trace.Op
	for i := range 100 {
		ops = append(ops, trace.Op{Kind: trace.Mark})
		for range 50 {
			ops = append(ops, alloc(60))
		}
		ops = append(ops, trace.Op{Kind: trace.Release, Block: i})
	}
	a := advice(t, ops, Options{})
	if best := a.Configurations[0]; !strings.HasPrefix(best.Command, "genalloc --abi=core,arena") || !strings.Contains(best.Reason, "the trace has marks") {
		t.Errorf("%s: %s", best.Command, best.Reason)
	}
	if !slices.ContainsFunc(a.Configurations, func(r *Result) bool { return strings.Contains(r.Command, "lists") && r.Pages == 1 }) {
		t.Error("lists are not given the blocks back")
	}
}

// TestRecorded: real traces get advice under every rule, and what frees pays off.
func TestRecorded(t *testing.T) {
	paths, _ := filepath.Glob("../../shared/traces/*.trace")
	if len(paths) == 0 {
		t.Skip("no traces beside the repository")
	}
	for _, path := range paths {
		f, err := trace.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		ops, err := f.ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		a := advice(t, ops, Options{})
		least := slices.MinFunc(a.Configurations, func(a, b *Result) int { return int(a.Pages) - int(b.Pages) })
		if best := a.Configurations[0]; float64(best.Pages) > 1.1*float64(least.Pages) || best.Footprint > 1.4 {
			t.Errorf("%s: %s needs %d pages, %s %d; footprint %.2f", path, best.Command, best.Pages, least.Command, least.Pages, best.Footprint)
		}
	}
}

// TestLimits: what does not fit the target's memory is left out, and said.
func TestLimits(t *testing.T) {
	var ops []trace.Op
	for i := range 200 {
		ops = append(ops, alloc(65_536), free(i))
	}
	a := advice(t, ops, Options{Target: Stylus})
	if len(a.Absent) == 0 || !strings.Contains(a.Absent[0], "is refused") {
		t.Errorf("left out: %q", a.Absent)
	}
	for _, r := range a.Configurations {
		if r.Pages > contract.StylusMaxPages || strings.Contains(r.Command, "bump") {
			t.Errorf("%s has %d pages", r.Command, r.Pages)
		}
	}
	if _, err := Trace(context.Background(), append(ops[:1:1], alloc(1<<24)), Options{Target: Stylus}); err == nil || !strings.Contains(err.Error(), "no configuration can run it in 128 pages: ") {
		t.Errorf("got %v", err)
	}
	if _, err := Trace(context.Background(), []trace.Op{{Kind: trace.Grow, Size: 1}}, Options{}); err == nil {
		t.Error("there is advice without an allocation")
	}
}

// TestPeers: a peer is measured, or left out with the reason.
func TestPeers(t *testing.T) {
	c := contract.Must(contract.Parse("--strategy=stack --functions=-realloc"))
	file, err := emitter.Emit(c)
	if err != nil {
		t.Fatal(err)
	}
	peer := bench.Module{Name: "other", File: file, Contract: c}
	a := advice(t, nests(), Options{Peers: []bench.Module{peer}, Rounds: 1})
	if len(a.Peers) != 1 || a.Peers[0].Command != "other" || a.Peers[0].Pages == 0 || a.Peers[0].WallNS == nil {
		t.Errorf("got %+v", a.Peers)
	}
	if a.Configurations[0].WallNS == nil || *a.Configurations[0].WallNS <= 0 {
		t.Error("the first was not timed")
	}
	if a := advice(t, runsOn(), Options{Peers: []bench.Module{peer}}); len(a.Peers) != 0 || !slices.Contains(a.Absent, "other: no realloc") {
		t.Errorf("got %v, %q", a.Peers, a.Absent)
	}
}

// TestRulesAreDocumented: manual and help have the rules as they are.
func TestRulesAreDocumented(t *testing.T) {
	for _, path := range []string{"docs/advise.md", "cmd/genalloc/usage/advise.txt"} {
		text, err := os.ReadFile(filepath.Join("..", path))
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Join(strings.Fields(string(text)), " ")
		for _, r := range rules {
			if !strings.Contains(words, r.target.Rule()) || !strings.Contains(words, string(r.target)) {
				t.Errorf("%s does not have the rule of %q: %s", path, r.target, r.target.Rule())
			}
		}
	}
}
