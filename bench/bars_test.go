// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/cost"
)

// TestBars holds the generated modules to what has been promised of them. The
// figures are measured anew each time; bars only ever go down.
func TestBars(t *testing.T) {
	type bar struct {
		workload string
		of       func(*Measured, *Result) float64
		most     float64
	}
	fuel := func(_ *Measured, x *Result) float64 { return *x.Fuel }
	ink := func(_ *Measured, x *Result) float64 { return *x.Ink }
	size := func(m *Measured, _ *Result) float64 { return float64(m.Bytes) }
	for _, tt := range []struct {
		flags string
		bars  []bar
	}{
		{"", []bar{
			{"fixed", fuel, 19.1},
			{"fixed", ink, 7_700},
			{"pairs", ink, 10_300},
			{edgeCases, ink, 125 * 10_000},
			{"vec", ink, 400_000},
			{"mebibyte", ink, 30_000},
			{"fixed", size, 350},
		}},
		{"--fixed-align=8", []bar{{"fixed", ink, 7_450}}},
		{"--functions=alloc,alloc_zeroed,dealloc", []bar{{"fixed", size, 250}}},
		{"--optimize=size", []bar{{"fixed", size, 330}}},
		{"--strategy=stack", []bar{{"fixed", size, 430}, {"fixed", ink, 7_700}, {"lifo", ink, 14_626}}},
		{"--strategy=stack --optimize=gas", []bar{{"lifo", ink, 13_301}}},
		{"--abi=core,arena", []bar{{"fixed", size, 614}, {"phases", ink, 485_723}}},
		{"--strategy=lists", []bar{{"fixed", size, 930}, {"pairs", ink, 16_500}, {"pairs", fuel, 67}}},
		{"--strategy=lists --split=false", []bar{{"pairs", size, 670}, {"pairs", ink, 16_500}}},
		{"--strategy=lists --optimize=size", []bar{{"pairs", size, 770}}},
		{"--strategy=lists --optimize=size --split=false", []bar{{"pairs", size, 570}}},
		{"--strategy=lists --classes=1", []bar{{"pairs", ink, 15_500}, {"pairs", fuel, 49}}},
		{"--strategy=lists --abi=c --functions=malloc,free,calloc,realloc,aligned_alloc", []bar{{"pairs", size, 1_095}}},
	} {
		var workloads []Workload
		for _, w := range Workloads() {
			if slices.ContainsFunc(tt.bars, func(b bar) bool { return b.workload == w.Name }) {
				workloads = append(workloads, w)
			}
		}
		m := run(t, Options{Workloads: workloads}, generated(t, tt.flags)).Modules[0]
		for _, b := range tt.bars {
			x := m.Result(b.workload)
			if x.Absent != "" || x.Note != "" {
				t.Errorf("%s, %s: %s%s", m.Name, b.workload, x.Absent, x.Note)
				continue
			}
			if got := b.of(&m, x); got > b.most {
				t.Errorf("%s, %s: %v is over the bar of %v", m.Name, b.workload, got, b.most)
			}
		}
	}
}

// TestTraceBars holds the heap that recorded traces of real programs need under lists to
// a multiple of the most bytes that they use at once, and the price of the largest. The
// traces are inputs that are not part of this repository.
func TestTraceBars(t *testing.T) {
	const dir = "../../shared/traces"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no traces beside the repository")
	}
	for name, most := range map[string]float64{"gcc-hello": 1.17, "source-map": 1.16, "grep-recursive": 1.30, "find": 1.24, "ls": 1.31} {
		f, err := os.Open(filepath.Join(dir, name+".trace"))
		if err != nil {
			t.Fatal(err)
		}
		workloads, err := Trace(name, f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		m := run(t, Options{Workloads: workloads}, generated(t, "--strategy=lists")).Modules[0]
		for _, w := range workloads {
			x := m.Result(w.Name)
			if x.Absent != "" || x.Note != "" {
				t.Errorf("%s: %s%s", w.Name, x.Absent, x.Note)
				continue
			}
			if got := float64(x.Heap) / float64(x.Live); got > most {
				t.Errorf("%s: a heap of %.2f times the live bytes is over the bar of %.2f", w.Name, got, most)
			}
			if name == "gcc-hello" && *x.Ink > 300e6 {
				t.Errorf("%s: %v ink is over the bar of 300 million", w.Name, *x.Ink)
			}
		}
	}
}

// TestCallBars holds single calls to the ink that they cost: RATIONALE.md derives each
// figure and says what is the least possible.
func TestCallBars(t *testing.T) {
	type call struct{ function, path string }
	alloc, dealloc := call{"alloc", "fast"}, call{"dealloc", "newest block"}
	mark, release := call{"mark", "later"}, call{"release", "blocks since the mark"}
	for _, tt := range []struct {
		flags string
		calls []call
		most  uint64
	}{
		{"--strategy=stack", []call{alloc}, 7_440},
		{"--strategy=stack", []call{alloc, dealloc}, 7_440 + 7_136},
		{"--strategy=stack --optimize=gas", []call{alloc, dealloc}, 7_440 + 5_811},
		{"--strategy=stack --optimize=gas --functions=-alloc_zeroed --grow=double", []call{dealloc}, 4_241},
		{"--abi=core,arena", []call{mark, release}, 2_676 + 6_811},
		{"--abi=core,arena --functions=-alloc_zeroed", []call{mark, release}, 2_676 + 5_391},
	} {
		m := generated(t, tt.flags)
		p, err := cost.Measure(m.File, m.Contract)
		if err != nil {
			t.Fatal(err)
		}
		var ink uint64
		for _, c := range tt.calls {
			i := slices.IndexFunc(p.Paths, func(x cost.Path) bool { return x.Function == c.function && x.Path == c.path })
			if i < 0 || p.Paths[i].Figures == nil {
				t.Fatalf("%s: %s, %s is not metered", m.Name, c.function, c.path)
			}
			ink += *p.Paths[i].Figures.Ink
		}
		if ink > tt.most {
			t.Errorf("%s, %v: %d ink is over the bar of %d", m.Name, tt.calls, ink, tt.most)
		}
	}
}
