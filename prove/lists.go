// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
	"github.com/genalloc/genalloc/wasm"
)

// lists keeps a list of free blocks for each class of sizes. The lists of a doubling of
// the size have consecutive numbers; they rise with the sizes, from 0, and their heads
// lie one below the other.
type lists struct {
	bump
	classes uint32 // in a doubling: 2^steps
	steps   int
	last    uint32 // the address of the head of list 0
	first   uint32 // of the head of the list with the highest number
	max     uint32 // bytes of the largest class
	unit    uint32 // of which each class is a multiple
	step    uint32 // of which each end of the region is one
	grain   uint32 // of which each block's size is one

	known []class // whose sizes were asked for
	rooms []term  // sizes of requests, less 1, and what the code makes of them
}

// class is a list, by its number, and the size of its blocks.
type class struct{ list, size term }

// listBits are as many as the number of a list has.
const listBits = 9

func (*lists) under(c contract.Contract, h Hints) strategy {
	l := &lists{
		classes: c.Classes, steps: bits.Len32(c.Classes) - 1, unit: c.ListUnit(),
		max: uint32(c.ClassSize(c.MaxBlock, 1)),
	}
	l.first = max((c.HeapBase.Address+3)&^3, 4*c.FirstHead())
	if c.HeapBase.Linker { // see dataEnd
		l.first = h.Heads
	}
	l.step = max(l.unit, min(c.Align(), wasm.PageSize))
	if l.grain = l.step; !c.NoSplit {
		l.grain = max(l.unit, c.Align())
	}
	l.last = l.first + c.HeadsSize() - 4
	return l
}

func (l *lists) guess(m *wasm.Module, c contract.Contract, mutable []Cell) (Hints, error) {
	var h Hints
	if c.HeapBase.Linker {
		if h.Heads = headsOf(m, c); h.Heads == 0 {
			return h, errors.New("hints: no code reads the head of a list: prove the object instead of the program")
		}
	}
	if len(mutable) == 0 || len(mutable) > 3 {
		return h, fmt.Errorf("hints: %d cells of state: say with --top and --end which of them hold it", len(mutable))
	}
	h.Top, h.End.Kind = *mutable[0].negated(), EndPage
	if len(mutable) > 1 {
		h.End = End{Kind: EndBytes, Cell: *mutable[1].negated(), Lazy: c.HeapBase.Linker}
	}
	if len(mutable) > 2 {
		h.DirtyMark = mutable[2].negated()
	}
	return h, nil
}

// view is bump's, but where nothing tells clean bytes, none are. The top does where no
// free block becomes the region, as each lies above the one before.
func (l *lists) view(s *system, st sym.State) view {
	v := l.begun(s, st)
	if s.hints.DirtyMark == nil && s.hints.End.Kind != EndPage && !s.contract.NoSplit {
		v.clean = v.size
	}
	if s.hints.End.Lazy {
		l.lazy(s, &v, st, s.roundUp(s.base, s.num(uint64(l.step))), s.Extract(st.Globals[s.hints.End.Cell.Global], 0, 1))
	}
	return v
}

// start is the lowest address of a block. In an object the heads are among the data, and
// the heap base is above them.
func (l *lists) start(s *system) term {
	if s.contract.HeapBase.Linker {
		return s.base
	}
	return s.num(uint64(l.last) + 4)
}

// origin is the address to which the code adds four times a head's number.
func (l *lists) origin() uint32 { return l.last - 4*32*l.classes }

// heads are the words from which the lists start.
func (l *lists) heads(s *system) block {
	return block{s.num(uint64(l.first)), s.num(uint64(l.last - l.first + 4))}
}

// dataEnd is the end of an object's heads. They have to be 0 at the start, and no other state.
func (l *lists) dataEnd(s *system) (uint64, error) {
	if !s.contract.HeapBase.Linker {
		return 0, nil
	}
	if l.first == 0 || l.first%4 != 0 || l.last < l.first {
		return 0, fmt.Errorf("hints: the lists' heads are not at address %d", l.first)
	}
	for at := l.first; at <= l.last; at += 4 {
		other := func(cell uint32) bool { return cell < at+4 && at < cell+4 }
		if word, known := stored(s.module, at); word != 0 || !known || slices.ContainsFunc(s.executor.Words, other) {
			return 0, fmt.Errorf("hints: the lists' heads are not at address %d: the word at %d is not 0 at the start", l.first, at)
		}
	}
	return uint64(l.last) + 4, nil
}

// invariant: see heap for that of the lists.
func (l *lists) invariant(s *system, v view) term {
	return s.All(
		s.lt(s.num(0), s.base), s.le(s.base, l.start(s), v.top, v.end, v.size),
		s.le(v.top, v.clean, v.size), s.le(s.pmin, v.pages, s.pmax), v.own,
		s.divides(s.num(uint64(l.step)), s.Or(v.top, v.end)),
	)
}

// sizeOf is the size of the blocks of a list: where a doubling has one class, the list's
// number tells the power of two. Otherwise its lower bits tell the class in a doubling,
// and the others the doubling.
func (l *lists) sizeOf(s spec, list term) term {
	i := slices.IndexFunc(l.known, func(c class) bool { return c.list == list })
	if i < 0 {
		i = len(l.known)
		l.known = append(l.known, class{list, l.classSize(s, list)})
	}
	return l.known[i].size
}

func (l *lists) classSize(s spec, list term) term {
	if l.steps == 0 {
		return s.Shl(s.num(uint64(l.unit)), list)
	}
	c := uint64(l.classes)
	class := s.And(list, s.num(c-1))
	n := s.Shl(s.Add(class, s.num(c+1)), s.Lshr(list, s.num(uint64(l.steps))))
	unit := uint64(l.unit)
	n = s.Mul(n, s.num(unit/8))
	return s.And(s.Add(s.Lshr(n, s.num(uint64(l.steps-1))), s.num(unit-1)), s.Not(s.num(unit-1)))
}

// isHead says that an address is that of a head.
func (l *lists) isHead(h *system, at term) term {
	return h.And(h.le(h.num(uint64(l.first)), at, h.num(uint64(l.last))), h.divides(h.num(4), at))
}

// listAt is the number of the list of the head at an address.
func (l *lists) listAt(h *system, at term) term {
	return h.Lshr(h.Sub(h.num(uint64(l.last)), at), h.num(2))
}

// headOf is the address of the head of a list.
func (l *lists) headOf(s *system, list term) term {
	return s.Sub(s.num(uint64(l.last)), s.Shl(list, s.num(2)))
}

// lowest is the largest power of two that divides n, as a mask of the bits from it on.
func (s *system) fromLowest(n term) term { return s.Or(n, s.Neg(n)) }

// fits says that a block lies where blocks may: at a multiple of the largest power of
// two that divides its size, and below every byte that was never handed out.
func (l *lists) fits(s *system, v view, b block) term {
	return s.All(s.le(l.start(s), b.at), s.le(s.end(b), v.clean), l.suits(s, b))
}

// suits says that a block lies at a multiple of the largest power of two that divides
// its size.
func (l *lists) suits(s *system, b block) term {
	return s.Eq(s.And(b.at, s.Not(s.fromLowest(b.size))), s.num(0))
}

// placed says where a free block lies, and that it has a class.
func (l *lists) placed(h *heap, v view, p point) term {
	fits := h.All(l.fits(h.system, v, p.block()), h.le(p.size, h.num(uint64(l.max))))
	if l.grain > l.unit && !h.contract.NoSplit { // no request is for the other classes
		fits = h.And(fits, h.divides(h.num(uint64(l.grain)), p.size))
	}
	return fits
}

// wanted are a request's bytes less 1, with the bits set that an alignment asks for, and
// the class's: see contract.ClassSize.
func (l *lists) wanted(k *call, size, align term) term {
	one := k.Const(size.Width, 1)
	n := k.Sub(size, k.Zext(k.Ne(size, k.Const(size.Width, 0)), size.Width))
	if align != nil {
		n = k.Or(n, k.Sub(align, one))
	}
	if a := k.contract.Align(); a > 1 {
		n = k.Or(n, k.Const(size.Width, uint64(a-1)))
	}
	return n
}

// zeros are the leading zeros of n.
func (l *lists) zeros(s *system, n term) term {
	z := s.Const(n.Width, uint64(n.Width))
	for i := range n.Width {
		z = s.Ite(s.Extract(n, i, 1), s.Const(n.Width, uint64(n.Width-1-i)), z)
	}
	return z
}

// roomOf is the size of the class of a request.
func (l *lists) roomOf(k *call, wanted term) term {
	n := k.Or(wanted, k.Const(wanted.Width, uint64(l.unit-1)))
	step := k.Lshr(k.Const(n.Width, uint64(1)<<(31-l.steps)-1), l.zeros(k.system, n))
	room := k.Or(n, step)
	l.rooms = append(l.rooms, room)
	return k.Add(k.of(room), k.num(1))
}

// listOf is the number of the list of a request; contract.FirstHead says how heads count.
func (l *lists) listOf(k *call, wanted term) term {
	m := k.Lshr(wanted, k.Const(32, uint64(bits.TrailingZeros32(l.unit))))
	z := l.zeros(k.system, m)
	head := z
	if l.steps > 0 {
		head = k.Sub(k.Shl(z, k.Const(32, uint64(l.steps))), k.Lshr(k.Shl(m, z), k.Const(32, uint64(31-l.steps))))
	}
	return k.of(k.Sub(k.Const(32, uint64(32*l.classes)), head))
}
