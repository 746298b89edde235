// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"cmp"

	"github.com/genalloc/genalloc/contract"
)

// A scene is a situation in which a function is called, and what has to come
// of the call for it to have gone the way that the scene is named after.
type scene struct {
	name  string
	setup func(*stage) error
	call  func(*stage) request
	want  func(*outcome) string // "" or why it went another way
}

// A request is a call of a function. Which fields count is the function's matter.
type request struct{ block, old, size, mark uint64 } // address, bytes that it was asked for with, bytes wanted

// An outcome is what a call did.
type outcome struct {
	request
	result        uint64 // address, 0 for null
	trapped       bool
	before, after uint64 // the memory's size in pages
}

// The sizes and the alignment of the metered calls, in bytes.
const (
	small     = 16
	larger    = 32
	usedAlign = 8
)

// scenes lists the paths by the function's role, whatever the strategy: an allocator
// that does not take a path shows it. The first call of an instance is a path of
// its own, since some allocators set themselves up in it.
var scenes = map[contract.Role][]scene{
	contract.Allocates:       allocations,
	contract.AllocatesZeroed: allocations,
	contract.Marks: {
		{"first call", nothing, noRequest, anything},
		{"later", oneBlock, noRequest, anything},
	},
	contract.Releases: {
		{"blocks since the mark", then(marked, twoBlocks), lastMark, anything},
		{"nothing since the mark", marked, lastMark, anything},
	},
	contract.Resets: {
		{"two blocks", twoBlocks, noRequest, anything},
	},
	contract.Frees: {
		{"newest block", twoBlocks, newest(0), anything},
		{"older block", twoBlocks, older(0), anything},
	},
	contract.Resizes: {
		{"newest block in place", twoBlocks, newest(larger), inPlace},
		{"newest block in place, with growth", twoBlocks, newestByMemory, both(growing, inPlace)},
		{"moved", twoBlocks, older(larger), moved},
		{"moved, with growth", twoBlocks, olderByMemory, both(growing, moved)},
		{"shrink", twoBlocks, newest(small / 2), inPlace},
		{"failed grow", then(twoBlocks, (*stage).limit), newestByMemory, failing},
		{"behind foreign pages", then(twoBlocks, (*stage).grow), newestByMemory, both(behind, moved)},
	},
}

var allocations = []scene{
	{"first call", nothing, allocSmall, granted},
	{"fast", oneBlock, allocSmall, staying},
	{"into freed memory", then(twoBlocks, (*stage).free), newest(small), reusing},
	{"grow", oneBlock, allocMemory, growing},
	{"failed grow", then(oneBlock, (*stage).limit), allocMemory, failing},
	{"behind foreign pages", then(oneBlock, (*stage).grow), allocMemory, behind},
}

func nothing(*stage) error { return nil }

// oneBlock makes a small block, which leaves room for another in the memory's
// last page.
func oneBlock(s *stage) error { return s.make(1) }

// twoBlocks makes an older and a newest block.
func twoBlocks(s *stage) error { return s.make(2) }

// marked makes a mark behind a block.
func marked(s *stage) error { return then(oneBlock, (*stage).mark)(s) }

// then sets up one thing after the other.
func then(a, b func(*stage) error) func(*stage) error {
	return func(s *stage) error {
		if err := a(s); err != nil {
			return err
		}
		return b(s)
	}
}

func allocSmall(*stage) request { return request{size: small} }

func noRequest(*stage) request { return request{} }

func lastMark(s *stage) request { return request{mark: s.last} }

// allocMemory asks for as much as the whole memory is now.
func allocMemory(s *stage) request { return request{size: s.memory().Pages() * contract.PageSize} }

func newest(size uint64) func(*stage) request { return resized(1, size) }
func older(size uint64) func(*stage) request  { return resized(0, size) }

func resized(block int, size uint64) func(*stage) request {
	return func(s *stage) request { return request{block: s.blocks[block], old: small, size: size} }
}

func newestByMemory(s *stage) request { return newest(allocMemory(s).size)(s) }
func olderByMemory(s *stage) request  { return older(allocMemory(s).size)(s) }

func anything(o *outcome) string { return when(o.trapped, "the call trapped") }

func granted(o *outcome) string {
	return cmp.Or(anything(o), when(o.result == 0, "the request was refused"))
}

func staying(o *outcome) string {
	return cmp.Or(granted(o), when(o.after != o.before, "the memory grew"))
}

func reusing(o *outcome) string {
	return cmp.Or(granted(o), when(o.result != o.block, "the block lies elsewhere"))
}

func growing(o *outcome) string {
	return cmp.Or(granted(o), when(o.after == o.before, "the memory did not grow"))
}

// behind takes the memory's last page before the call for somebody else's.
func behind(o *outcome) string {
	return cmp.Or(growing(o), when(o.result < o.before*contract.PageSize, "the block covers a page that is not the allocator's"))
}

func failing(o *outcome) string {
	return when(!o.trapped && o.result != 0, "the request was met")
}

func inPlace(o *outcome) string {
	return cmp.Or(granted(o), when(o.result != o.block, "the block moved"))
}

func moved(o *outcome) string {
	return cmp.Or(granted(o), when(o.result == o.block, "the block stayed"))
}

func both(a, b func(*outcome) string) func(*outcome) string {
	return func(o *outcome) string { return cmp.Or(a(o), b(o)) }
}

func when(condition bool, reason string) string {
	if condition {
		return reason
	}
	return ""
}
