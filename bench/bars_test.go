// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"slices"
	"testing"
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
