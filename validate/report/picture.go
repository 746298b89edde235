// SPDX-License-Identifier: MIT OR Apache-2.0

package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// The size of the drawing in its own units, and the most calls that are drawn.
const (
	pictureWidth  = 960.0
	pictureHeight = 360.0
	pictureCalls  = 1500
)

// A picture is the heap over time: calls to the right, addresses upwards. The axes are
// labelled at the left and below.
type picture struct {
	Width, Height float64
	Boxes         []box  // in the order in which they are drawn
	Memory        string // points of the line that is the memory's size; none if Zoomed
	Ticks         []tick // of both axes
	Calls         int
	LeftOut       int // calls that are not drawn
	Top           string
	Zoomed        bool // only the addresses around the blocks are drawn
	Failed        bool // the last call broke a promise
}

// A tick is a label of an axis, at a place in the drawing or outside it.
type tick struct {
	X, Y   float64
	Anchor string // which end of the text is at X: start, middle or end
	Text   string
}

// The drawing has room for the labels: 90 to the left, 22 above, 44 below.
func (p picture) FrameWidth() float64  { return p.Width + 100 }
func (p picture) FrameHeight() float64 { return p.Height + 66 }

// Middle is that of the axis of calls.
func (p picture) Middle() float64 { return p.Width / 2 }

// A box is an interval of addresses during an interval of calls.
type box struct {
	Class               string // below, gap, freed, foreign, block or wrong
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
	d.zoom(calls)
	mem := d.pages * contract.PageSize
	d.top = run.Setup.Base
	d.box("below", 0, d.steps, ledger.Span{From: 0, To: min(d.top, mem)}, "below the heap base")
	d.box("foreign", 0, d.steps, ledger.Span{From: ledger.LayoutOf(c, d.top, mem).Own, To: mem}, "somebody else's")
	d.size(0)
	for i, call := range calls {
		d.call(i, call)
	}
	for _, n := range slices.Sorted(maps.Keys(d.blocks)) {
		d.end(n, d.steps, "")
	}
	if !p.Zoomed {
		p.Memory = strings.Join(d.points, " ")
	}
	p.Ticks = d.ticks()
	// Blocks go over foreign pages, and both over gaps. What is freed lies under them all,
	// since it may be in use again.
	slices.SortStableFunc(p.Boxes, func(a, b box) int {
		return slices.Index(layers, a.Class) - slices.Index(layers, b.Class)
	})
	return p
}

// layers are the classes of boxes from the back to the front.
var layers = []string{"below", "freed", "gap", "foreign", "block", "wrong"}

type drawing struct {
	*picture
	steps  int
	low    uint64 // the lowest address in the drawing
	extent uint64 // bytes from low to the highest
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
	return pictureHeight * (1 - (float64(addr)-float64(d.low))/float64(d.extent))
}

func (d *drawing) box(class string, from, to int, s ledger.Span, title string) {
	shown := ledger.Span{From: max(s.From, d.low), To: min(s.To, d.low+d.extent)}
	if shown.From >= shown.To || from >= to {
		return
	}
	// Every box is high enough to be seen.
	height := max(d.y(shown.From)-d.y(shown.To), 0.75)
	d.Boxes = append(d.Boxes, box{class, d.x(from), d.y(shown.From) - height, d.x(to) - d.x(from), height,
		fmt.Sprintf("%s: [%#x, %#x), %s", title, s.From, s.To, unit.Bytes(s.To-s.From))})
}

// zoom narrows the addresses to those around the blocks, if these would be too low to
// be seen in a drawing of the whole memory.
func (d *drawing) zoom(calls []script.Call) {
	var blocks ledger.Span
	for _, c := range calls {
		if c.Op.Makes() && c.Ptr != 0 {
			if blocks.To == 0 {
				blocks.From = c.Ptr
			}
			blocks = ledger.Span{From: min(blocks.From, c.Ptr), To: max(blocks.To, c.Ptr+max(c.Size, 1))}
		}
	}
	size := max(blocks.To-blocks.From, 8)
	if blocks.To == 0 || size > d.extent/16 {
		return
	}
	d.Zoomed, d.low, d.extent = true, blocks.From-min(blocks.From, size/2), 2*size
}

// ticks labels the axes at their ends and in the middle.
func (d *drawing) ticks() []tick {
	var list []tick
	for i, anchor := range []string{"start", "middle", "end"} {
		step, addr := d.steps*i/2, d.low+d.extent*uint64(i)/2
		list = append(list,
			tick{d.x(step), pictureHeight + 18, anchor, fmt.Sprint(step)},
			tick{-8, d.y(addr) + 4, "end", fmt.Sprintf("%#x", addr)})
	}
	return list
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
		d.end(c.Block, i, c.String())
	}
	for _, n := range c.Ended {
		d.end(n, i, c.String())
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

// end draws a block up to the step in which a call ended its life, and from then on
// where it was.
func (d *drawing) end(n, step int, by string) {
	if b, ok := d.blocks[n]; ok {
		class := "block"
		if d.Failed && b.since == d.steps-1 {
			class = "wrong"
		}
		d.box(class, b.since, step, b.Span, b.made.String())
		d.box("freed", step, d.steps, b.Span, "ended by "+by)
		delete(d.blocks, n)
	}
}
