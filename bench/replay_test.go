// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"math/rand/v2"
	"testing"

	"github.com/genalloc/genalloc/trace"
)

// work1000 is a trace of every kind of operation.
func work1000() (ops []trace.Op) {
	random := rand.New(rand.NewPCG(1, 2))
	var live trace.Live
	add := func(op trace.Op) {
		ops = append(ops, op)
		live.Follow(op)
	}
	add(trace.Op{Kind: trace.Memory, Size: 2, Base: 70_000})
	marks := 0
	for range 1000 {
		size := 1 + random.Uint32N(1<<random.Uint32N(14))
		switch n := random.IntN(10); {
		case n < 3:
			add(trace.Op{Kind: trace.Alloc, Size: size, Align: 8})
		case n < 5:
			add(trace.Op{Kind: trace.Zero, Size: size, Align: 16})
		case n == 5 && live.Made > 0:
			add(trace.Op{Kind: trace.Resize, Block: random.IntN(live.Made), Size: size})
		case n < 9 && live.Made > 0:
			add(trace.Op{Kind: trace.Free, Block: live.Made - 1 - random.IntN(min(live.Made, 20))})
		case n == 9 && random.IntN(4) == 0:
			add(trace.Op{Kind: trace.Grow, Size: 1})
		}
	}
	add(trace.Op{Kind: trace.Mark})
	add(trace.Op{Kind: trace.Alloc, Size: 100, Align: 4})
	add(trace.Op{Kind: trace.Release, Block: marks})
	return ops
}

// TestReplay compares what a module counts for itself with what the meters see of each
// call.
func TestReplay(t *testing.T) {
	ops := work1000()
	unmarked := ops[:len(ops)-3]
	for flags, ops := range map[string][]trace.Op{
		"": unmarked, "--strategy=stack": unmarked, "--strategy=lists": unmarked, "--strategy=lists --abi=c": unmarked,
		"--abi=core,arena": ops, "--abi=c,arena --strategy=stack --optimize=gas": ops,
	} {
		w, err := Compile("trace", "", ops, 8)
		if err != nil {
			t.Fatal(err)
		}
		m := generated(t, flags)
		want := run(t, Options{Workloads: []Workload{w}}, m).Modules[0].Results[0]
		got, err := w.Replay(m, 1<<16)
		if err != nil || got.Absent != "" || want.Absent != "" {
			t.Errorf("%s: %v, %+v, %s", flags, err, got, want.Absent)
			continue
		}
		if got.Fuel != uint64(*want.Fuel) || *got.Ink != uint64(*want.Ink) || got.Heap != want.Heap || got.Live != want.Live {
			t.Errorf("%s: %d fuel, %d ink, %d of %d bytes; the meters say %v, %v, %d of %d",
				flags, got.Fuel, *got.Ink, got.Heap, got.Live, *want.Fuel, *want.Ink, want.Heap, want.Live)
		}
		if got.CosmWasm == 0 || got.Pages*65536 < got.Heap {
			t.Errorf("%s: %+v", flags, got)
		}
		if few, err := w.Replay(m, 3); err != nil || few.Absent == "" {
			t.Errorf("%s: runs in 3 pages: %+v, %v", flags, few, err)
		}
		if ns, err := w.Time(m, 2); err != nil || ns <= 0 {
			t.Errorf("%s: %v ns, %v", flags, ns, err)
		}
	}
	w, err := Compile("trace", "", ops, 8)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := w.Replay(generated(t, "--strategy=lists"), 1<<16); err != nil || r.Absent != "no mark" {
		t.Errorf("marks without functions for them: %+v, %v", r, err)
	}
}

// TestAligned: what asks for more than malloc gives goes to the function for that, and a
// module without one is left out.
func TestAligned(t *testing.T) {
	ops := []trace.Op{{Kind: trace.Alloc, Size: 8}, {Kind: trace.Alloc, Size: 8, Align: 4096}, {Kind: trace.Free, Block: 1}, {Kind: trace.Free}}
	w, err := Compile("trace", "", ops, 8)
	if err != nil {
		t.Fatal(err)
	}
	for flags, absent := range map[string]string{
		"": "", "--abi=c": "", "--abi=c --strategy=lists": "",
		"--abi=c --functions=malloc,free": "malloc takes no alignment, and the trace has one of 4096",
	} {
		m := generated(t, flags)
		want := run(t, Options{Workloads: []Workload{w}}, m).Modules[0].Results[0]
		got, err := w.Replay(m, 1<<16)
		if err != nil || got.Absent != absent || want.Absent != absent {
			t.Errorf("%s: %+v, %v, %s", flags, got, err, want.Absent)
			continue
		}
		if absent == "" && (got.Heap < 2000 || got.Heap != want.Heap) {
			t.Errorf("%s: a heap of %d bytes, metered %d", flags, got.Heap, want.Heap)
		}
	}
	ops[1].Kind = trace.Zero
	if w, err = Compile("trace", "", ops, 8); err != nil {
		t.Fatal(err)
	}
	if r, err := w.Replay(generated(t, "--abi=c"), 1<<16); err != nil || r.Absent != "calloc takes no alignment, and the trace has one of 4096" {
		t.Errorf("%+v, %v", r, err)
	}
}
