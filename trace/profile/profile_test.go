// SPDX-License-Identifier: MIT OR Apache-2.0

package profile

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/trace"
)

const text = `genalloc trace 1
memory 2 4096
phase first
alloc 100 8
alloc 20
free 1
zero 7
phase second
mark
alloc 500 16
grow 1
release 0
resize 0 50
free 1
free 2
alloc 0 1
`

func TestProfile(t *testing.T) {
	p, err := Read(trace.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	want := &Profile{
		Operations: 15, Allocations: 5, Zeroed: 1, Resizes: 1, Frees: 2, Marks: 1, Releases: 1, Released: 1, Growths: 1, Phases: 2, Ignored: 1,
		StartPages: 2, HeapBase: 4096, BytesAsked: 677, PeakBytes: 607, PeakAt: 9, PeakPhase: "second", PeakBlocks: 3, LIFO: 2,
		LeftBlocks: 2, LeftBytes: 50, LargestSize: 500,
		Sizes:      []Class{{0, 0, 1, 1}, {4, 7, 1, 0}, {16, 31, 1, 0}, {32, 63, 0, 1}, {64, 127, 1, 0}, {256, 511, 1, 0}},
		Alignments: []Class{{0, 0, 2, 0}, {1, 1, 1, 1}, {8, 8, 1, 1}, {16, 16, 1, 0}},
		Lifetimes:  []Class{{1, 1, 1, 0}, {2, 3, 1, 0}, {8, 15, 1, 0}},
		Live:       []uint64{0, 0, 100, 120, 100, 107, 107, 107, 607, 607, 107, 57, 57, 50, 50}, Width: 1,
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got\n%+v, want\n%+v", p, want)
	}
	var b bytes.Buffer
	p.WriteText(&b)
	for _, line := range []string{"15 operations: 5 allocations, 1 zeroed; 1 resize; 2 frees", "at most 607 bytes live at once, after operation 9, in second", "100 % of the frees", "2 blocks never freed, of 50 bytes", "1 operation without effect", "607 |        ██\n"} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("no %q in\n%s", line, b.String())
		}
	}
	b.Reset()
	if err := p.WriteHTML(&b, "<a>"); err != nil || !strings.Contains(b.String(), "&lt;a&gt;") || strings.Contains(b.String(), "NaN") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

// endless is a trace of so many rounds that are alike but for one.
func endless(rounds, odd int) io.Reader {
	r, w := io.Pipe()
	go func() {
		fmt.Fprintln(w, "genalloc trace 1\nalloc 10")
		for i := range rounds {
			size := 8
			if i == odd {
				size = 1000
			}
			fmt.Fprintf(w, "alloc %d\nalloc 8\nfree %d\nfree %d\n", size, 2*i+1, 2*i+2)
		}
		w.Close()
	}()
	return r
}

// TestSteps: a trace of any length has a curve of few steps, which hides no peak, and
// nothing is kept of blocks that have ended.
func TestSteps(t *testing.T) {
	const rounds, odd = 50_000, 31_000
	m := maker{s: &Profile{Width: 1}}
	r := trace.NewReader(endless(rounds, odd))
	for op, err := r.Read(); err == nil; op, err = r.Read() {
		m.add(op)
	}
	p := m.finish()
	if len(p.Live) > steps || len(p.Live) < steps/2 || len(p.Live)*p.Width < p.Operations || p.Operations != 4*rounds+1 || p.LIFO != rounds {
		t.Fatalf("%d steps of %d for %d operations, %d frees in order", len(p.Live), p.Width, p.Operations, p.LIFO)
	}
	if at := (4*odd + 2) / p.Width; p.Live[at] != 1018 || p.Live[at-2] != 26 || p.PeakAt != 4*odd+3 {
		t.Errorf("%d and %d bytes, peak at %d", p.Live[at], p.Live[at-2], p.PeakAt)
	}
	if cap(m.order) > 4*steps {
		t.Errorf("the order of %d blocks is kept", cap(m.order))
	}
}

func TestError(t *testing.T) {
	if p, err := Read(trace.NewReader(strings.NewReader(text + "free 9"))); p != nil || err == nil {
		t.Errorf("%v, %v", p, err)
	}
}
