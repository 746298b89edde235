// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import "fmt"

// lives is what the text of a script says of its blocks, by their numbers. A
// replay leaves out calls about blocks that are not there, since an allocator may
// have refused them; a script that says so itself is refused, as a line of it would
// be left out in silence.
type lives map[int]*life

type life struct {
	gone    string // why there is no such block any more; "" while there may be
	from    int    // the block that it was before it was resized, or null
	resized int    // the line that did so
}

// make notes the block that a call on that line makes.
func (l lives) make(c Call, line int) {
	l[c.Made] = &life{from: null}
	if c.Op == OpRealloc {
		l[c.Made] = &life{from: c.Block, resized: line}
	}
}

// use notes that a line is about a block, which it calls name. Only that says
// whether the block was resized: the old one is there if that was refused, and else
// the new one.
func (l lives) use(c Call, name string, line int) error {
	b := l[c.Block]
	switch {
	case b == nil: // null
		return nil
	case b.gone != "":
		return fmt.Errorf("block %.40q %s", name, b.gone)
	}
	if old := l[b.from]; old != nil {
		old.gone = fmt.Sprintf("was resized on line %d: use what that line makes", b.resized)
	}
	for _, next := range l {
		if next.from == c.Block && next.gone == "" {
			next.gone = fmt.Sprintf("is what line %d resized, but line %d uses the block from before: use either", next.resized, line)
		}
	}
	if c.Op == OpFree {
		b.gone = fmt.Sprintf("was given back on line %d: name a block that is left", line)
	}
	return nil
}
