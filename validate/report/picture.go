// SPDX-License-Identifier: MIT OR Apache-2.0

package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
	"github.com/genalloc/genalloc/validate/unit"
)

// The size of the drawing in its own units, and the most calls that are drawn.
const (
	pictureWidth  = 960.0
	pictureHeight = 360.0
	pictureCalls  = 1500
)

// A picture is the heap over time: calls to the right, addresses upwards.
type picture struct {
	Width, Height float64
	Boxes         []box  // in the order in which they are drawn
	Memory        string // points of the line that is the memory's size
	Calls         int
	LeftOut       int // calls that are not drawn
	Top           string
	Failed        bool // the last call broke a promise
}

// A box is an interval of addresses during an interval of calls.
type box struct {
	Class               string // below, gap, foreign or block
	X, Y, Width, Height float64
	Title               string
}

// draw makes the picture of a run from its calls and what they returned.
func draw(run script.Script, c contract.Contract, failed bool) picture {
	calls := run.Calls
	p := picture{Width: pictureWidth, Height: pictureHeight, Calls: len(calls), Failed: failed}
	if over := len(calls) - pictureCalls; over > 0 {
		p.LeftOut = over
		calls = calls[:pictureCalls]
	}
	d := &drawing{picture: &p, steps: len(calls), blocks: map[int]shown{}}
	d.pages = run.Setup.Pages
	d.extent = max(d.pages, 1) * contract.PageSize
	for _, call := range calls {
		d.extent = max(d.extent, call.Pages*contract.PageSize)
	}
	p.Top = unit.Pages(d.extent / contract.PageSize)
	mem := d.pages * contract.PageSize
	d.top = run.Setup.Base
	d.box("below", 0, d.steps, ledger.Span{From: 0, To: min(d.top, mem)}, "below the heap base")
	d.box("foreign", 0, d.steps, ledger.Span{From: ledger.Owned(c, d.top, mem), To: mem}, "somebody else's")
	d.size(0)
	for i, call := range calls {
		d.call(i, call)
	}
	for _, n := range slices.Sorted(maps.Keys(d.blocks)) {
		d.end(n, d.steps)
	}
	p.Memory = strings.Join(d.points, " ")
	// Blocks go over foreign pages, and both over gaps.
	slices.SortStableFunc(p.Boxes, func(a, b box) int {
		return slices.Index(layers, a.Class) - slices.Index(layers, b.Class)
	})
	return p
}

// layers are the classes of boxes from the back to the front.
var layers = []string{"below", "gap", "foreign", "block"}

type drawing struct {
	*picture
	steps  int
	extent uint64 // bytes
	pages  uint64
	top    uint64
	blocks map[int]shown
	points []string
}

// A shown block is alive at the point that the drawing has reached.
type shown struct {
	ledger.Span
	since int
	made  script.Call
}

func (d *drawing) x(step int) float64 {
	return pictureWidth * float64(step) / float64(max(d.steps, 1))
}

func (d *drawing) y(addr uint64) float64 {
	return pictureHeight * (1 - float64(addr)/float64(d.extent))
}

func (d *drawing) box(class string, from, to int, s ledger.Span, title string) {
	if s.From >= s.To || from >= to {
		return
	}
	// Every box is high enough to be seen.
	height := max(d.y(s.From)-d.y(s.To), 0.75)
	d.Boxes = append(d.Boxes, box{class, d.x(from), d.y(s.From) - height, d.x(to) - d.x(from), height,
		fmt.Sprintf("%s: [%#x, %#x), %s", title, s.From, s.To, unit.Bytes(s.To-s.From))})
}

// size adds the memory's size after that many calls to the line.
func (d *drawing) size(step int) {
	y := d.y(d.pages * contract.PageSize)
	d.points = append(d.points, fmt.Sprintf("%.2f,%.2f", d.x(step), y), fmt.Sprintf("%.2f,%.2f", d.x(step+1), y))
}

func (d *drawing) call(i int, c script.Call) {
	if c.Op == script.OpGrow && c.Pages > d.pages {
		d.box("foreign", i, d.steps, ledger.Span{From: d.pages * contract.PageSize, To: c.Pages * contract.PageSize}, "somebody else's")
	}
	d.pages = c.Pages
	d.size(i)
	if c.Op == script.OpFree || c.Op == script.OpRealloc && c.Ptr != 0 {
		d.end(c.Block, i)
	}
	if !c.Op.Makes() || c.Ptr == 0 {
		return
	}
	s := ledger.Span{From: c.Ptr, To: c.Ptr + c.Size}
	if c.Ptr > d.top && c.Ptr-d.top < c.Align {
		d.box("gap", i, d.steps, ledger.Span{From: d.top, To: c.Ptr}, fmt.Sprintf("gap for alignment %d", c.Align))
	}
	d.top = max(d.top, s.To)
	d.blocks[c.Made] = shown{s, i, c}
}

// end draws a block whose life ended.
func (d *drawing) end(n, step int) {
	if b, ok := d.blocks[n]; ok {
		d.box("block", b.since, step, b.Span, b.made.String())
		delete(d.blocks, n)
	}
}
