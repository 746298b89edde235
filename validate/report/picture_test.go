// SPDX-License-Identifier: MIT OR Apache-2.0

package report

import (
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/script"
)

// The picture has each interval once, and nothing outside its frame.
func TestDraw(t *testing.T) {
	run := script.Script{Setup: script.Setup{Base: 1000, Pages: 2, Limit: 9}, Calls: []script.Call{
		{Op: script.OpAlloc, Size: 100, Align: 1, Made: 0, Ptr: 1000, Pages: 2},
		{Op: script.OpAlloc, Size: 100, Align: 64, Made: 1, Ptr: 1152, Pages: 2},
		{Op: script.OpGrow, Size: 1, Made: -1, Pages: 3},
		{Op: script.OpFree, Block: 0, Made: -1, Pages: 3},
		{Op: script.OpAlloc, Size: 65536, Align: 1, Made: 2, Ptr: 3 << 16, Pages: 4},
		{Op: script.OpAlloc, Size: 1 << 20, Align: 1, Made: 3, Pages: 4}, // null
		{Op: script.OpRealloc, Block: 2, Size: 10, Align: 1, Made: 4, Ptr: 3 << 16, Pages: 4},
		{Op: script.OpMark, Made: 5, Ptr: 7, Pages: 4},
		{Op: script.OpAlloc, Size: 5, Align: 1, Made: 6, Ptr: 3<<16 + 10, Pages: 4},
		{Op: script.OpAlloc, Size: 5, Align: 1, Made: 7, Ptr: 3<<16 + 15, Pages: 4},
		{Op: script.OpRelease, Block: 5, Made: -1, Pages: 4, Ended: []int{6, 7}},
		{Op: script.OpGrow, Made: -1, Pages: 4},
	}}
	p := draw(run, contract.Default(), false)
	count := map[string]int{}
	for _, b := range p.Boxes {
		count[b.Class]++
		if b.X < 0 || b.Y < -0.8 || b.X+b.Width > p.Width+0.01 || b.Y+b.Height > p.Height+0.01 {
			t.Errorf("%+v outside of %v by %v", b, p.Width, p.Height)
		}
	}
	// Foreign: the second page from the start, the third grown later. Freed: one block
	// freed, one resized, and two released.
	for class, want := range map[string]int{"below": 1, "gap": 1, "foreign": 2, "block": 6, "freed": 4} {
		if count[class] != want {
			t.Errorf("%d boxes of class %s, want %d", count[class], class, want)
		}
	}
}

// Two blocks of a byte in a page would be too low to be seen: the picture shows the
// addresses around them, and the block of the call that failed.
func TestZoom(t *testing.T) {
	p := draw(script.Script{Setup: script.Setup{Base: 1000, Pages: 1, Limit: 9}, Calls: []script.Call{
		{Op: script.OpAlloc, Size: 1, Align: 1, Made: 0, Ptr: 1000, Pages: 1},
		{Op: script.OpAlloc, Size: 1, Align: 1, Made: 1, Ptr: 1000, Pages: 1},
	}}, contract.Default(), true)
	wrong := 0
	for _, b := range p.Boxes {
		if b.Class == "wrong" {
			wrong++
		}
		if b.Height < p.Height/20 {
			t.Errorf("%+v is too low to be seen in %v", b, p.Height)
		}
	}
	if !p.Zoomed || p.Memory != "" || wrong != 1 {
		t.Errorf("zoomed: %v, line of the memory: %q, blocks of the failed call: %d, want 1", p.Zoomed, p.Memory, wrong)
	}
}
