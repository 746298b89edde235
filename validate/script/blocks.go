// SPDX-License-Identifier: MIT OR Apache-2.0

package script

import "fmt"

// history is what the lines read so far did with each block, by its number. A replay
// skips calls about blocks that do not exist, since the allocator may have refused
// them. Where the text alone shows that a block is gone, the script is refused: it
// would run without that line, and nobody would notice.
type history map[int]*record

type record struct {
	gone    string // why the block is gone; "" while it may exist
	from    int    // the block that was resized into this one, or Null
	resized int    // the line that did so
}

// make enters the block that a call on that line makes.
func (h history) make(c Call, line int) {
	h[c.Made] = &record{from: Null}
	if c.Op == OpRealloc {
		h[c.Made] = &record{from: c.Block, resized: line}
	}
}

// use enters that a line names a block. This settles what became of a resize before:
// a script that names the old block says that it was refused, and one that names the
// new block says that it was not.
func (h history) use(c Call, name string, line int) error {
	b := h[c.Block]
	switch {
	case b == nil: // Null
		return nil
	case b.gone != "":
		return fmt.Errorf("block %.40q %s", name, b.gone)
	}
	if old := h[b.from]; old != nil {
		old.gone = fmt.Sprintf("was resized on line %d: use what that line makes", b.resized)
	}
	for _, next := range h {
		if next.from == c.Block && next.gone == "" {
			next.gone = fmt.Sprintf("is what line %d resized, but line %d uses the block from before: use either", next.resized, line)
		}
	}
	if c.Op == OpFree {
		b.gone = fmt.Sprintf("was given back on line %d: name a block that is left", line)
	}
	return nil
}
