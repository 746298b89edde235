// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"strings"
)

// Hints say which globals, or words of the memory, hold the state. They need not be trusted.
type Hints struct {
	Top Cell
	End End

	// DirtyMark holds an address such that every free byte is 0 that lies at or above
	// both it and the top: the highest top there was before a block was given back.
	// nil: no block ever had a byte above the top.
	DirtyMark *Cell

	// Floor holds the lowest address that the top can move back to when a mark is
	// released: the allocator owns every byte from there up to the end. nil: the heap
	// base. Only contracts with marks have one.
	Floor *Cell

	// Placed is where a linker has put the heap of a program. Zero: that is open.
	Placed Placement

	// Heads is where the heads of the lists lie, the first of which is that of the largest
	// blocks. 0: where the contract says. Only objects of lists have it, linked or not.
	Heads uint32

	// Aligned: the top is always a multiple of the contract's own alignment.
	Aligned bool
}

// cells are the globals that the hints name.
func (h Hints) cells() []Cell {
	cells := []Cell{h.Top}
	if k := h.End.Kind; k == EndBytes || k == EndPages {
		cells = append(cells, h.End.Cell)
	}
	for _, c := range []*Cell{h.DirtyMark, h.Floor} {
		if c != nil {
			cells = append(cells, *c)
		}
	}
	return cells
}

// Placement is what a linker has decided.
type Placement struct {
	Base uint32 `json:"base,omitempty"` // the heap base
	End  uint32 `json:"end,omitempty"`  // the end of the first memory, as far as the linker knows it; else 0

	Errno uint32 `json:"errno,omitempty"` // the address of errno, 0 if there is none
}

// EndKind says where the end of the memory that the allocator owns is found.
type EndKind string

// The kinds of ends.
const (
	EndMemory  EndKind = "memory"  // the memory's end: nobody else may grow it
	EndPage    EndKind = "page"    // the end of the page that the top lies in, or the dirty mark if that is higher
	EndInitial EndKind = "initial" // the end of the initial pages
	EndBytes   EndKind = "bytes"   // a global holds it in bytes
	EndPages   EndKind = "pages"   // a global holds it in pages; negated, 65536 less them
)

// End is where the end of the memory that the allocator owns is found.
type End struct {
	Kind EndKind
	Cell Cell // for EndBytes and EndPages

	// Lazy: while the cell is negative as an i32, or odd under lists, no call has been
	// made, and the cells do not hold the state yet.
	Lazy bool
}

// String returns the end as UnmarshalText takes it.
func (e End) String() string {
	switch {
	case e.Kind != EndBytes && e.Kind != EndPages:
		return string(e.Kind)
	case e.Lazy:
		return fmt.Sprintf("%s:%v:lazy", e.Kind, e.Cell)
	}
	return fmt.Sprintf("%s:%v", e.Kind, e.Cell)
}

// UnmarshalText accepts memory, page, initial, bytes:CELL and pages:CELL, the last two
// optionally followed by :lazy.
func (e *End) UnmarshalText(b []byte) error {
	parts := strings.Split(string(b), ":")
	end := End{Kind: EndKind(parts[0])}
	switch end.Kind {
	case EndMemory, EndPage, EndInitial:
		if len(parts) == 1 {
			*e = end
			return nil
		}
	case EndBytes, EndPages:
		if end.Lazy = len(parts) == 3 && parts[2] == "lazy"; len(parts) == 2 || end.Lazy {
			*e = end
			return e.Cell.UnmarshalText([]byte(parts[1]))
		}
	}
	return fmt.Errorf("%q is not one of memory, page, initial, bytes:CELL, pages:CELL", b)
}
