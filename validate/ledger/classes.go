// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"fmt"
	"math"
	"slices"

	"github.com/genalloc/genalloc/contract"
)

// What the classes of sizes mean for blocks, their places and the memory.

// class returns the bytes that a request takes. A block of C's that is aligned to more
// than all others lies somewhere in one that is longer by so much.
func (l *lists) class(r Request) uint64 {
	size, align := r.Room()-uint64(l.c.ListHeader()), r.Align
	if l.inside(r) {
		size, align = size+align, contract.CAlign
	}
	return l.c.ClassSize(size, align)
}

func (l *lists) inside(r Request) bool { return l.c.ABI == contract.C && r.Align > contract.CAlign }

// largest is the bytes of the largest class. Without a bound of the user's, it is half the
// address space, header included.
func (l *lists) largest() uint64 {
	if !l.c.LimitsBlocks() {
		return l.c.MaxBlock
	}
	return l.c.ClassSize(l.c.MaxBlock, 1)
}

// place returns what a block of a class lies at a multiple of: the largest power of two
// that divides its size. Of C's blocks, it is the address behind the header.
func (l *lists) place(class uint64) uint64 {
	if l.c.ABI == contract.C {
		return contract.CAlign
	}
	return class & -class
}

// next returns where a block of a class may begin, from an address on.
func (l *lists) next(addr, class uint64) uint64 {
	header := uint64(l.c.ListHeader())
	return Up(addr+header, l.place(class)) - header
}

// latest returns the highest address that a block may begin at, and whether there must be
// one.
func (l *lists) latest(r Request, class uint64) (at uint64, must bool) {
	mem := r.Pages * contract.PageSize
	if at = l.next(l.top, class); ends(at, class, l.own) {
		return at, true
	}
	if l.own < mem {
		at = l.next(max(l.top, mem), class)
	}
	return at, ends(at, class, Reach(l.grow, r.Limit))
}

// ends reports whether so many bytes from an address on end there or before. The sum may
// be beyond 2^64.
func ends(at, size, end uint64) bool { return at <= end && size <= end-at }

// take returns the memory of a block that begins at an address.
func (l *lists) take(r Request, from, class uint64) taken {
	if !l.inside(r) {
		return taken{Span{from, from + class}, class, false}
	}
	own := Span{from, from + r.Room()}
	if in := l.ended.touching(own); len(in) == 1 && in[0].Size() == class && in[0].From <= own.From && own.To <= in[0].To {
		return taken{in[0], class, false}
	}
	return taken{own, class, true}
}

// growth judges by how much the memory grew for a block.
func (l *lists) growth(r Request, t taken, class, pages uint64) *Breach {
	if !t.vague {
		return growth(l.grow, t.To, pages, r)
	}
	// The longer block ends there at the latest, or up to so much before.
	end, slack := t.From+class, r.Align-contract.CAlign
	least := end - min(slack, end)
	breach := growth(l.grow, end, pages, r)
	for breach != nil && end > least {
		end = max(least, end-min(end, contract.PageSize))
		breach = growth(l.grow, end, pages, r)
	}
	return breach
}

// splits returns memory that has to serve a smaller class before the memory grows. A block
// that is twice as large has room for the smaller one wherever it lies. However memory is cut,
// each piece has room for the smallest class.
func (l *lists) splits(class uint64) (Span, bool) {
	if l.c.NoSplit {
		return Span{}, false
	}
	if l.largestEnded()/2 >= class {
		i := slices.IndexFunc(l.ended, func(x Span) bool { return x.Size()/2 >= class })
		return l.ended[i], true
	}
	if i := slices.IndexFunc(l.rests, func(x Span) bool { return x.Size() >= l.within(class) }); i >= 0 {
		return l.rests[i], true
	}
	if class != uint64(max(l.c.ListUnit(), l.c.Align())) {
		return Span{}, false
	}
	i := slices.IndexFunc(l.loose, func(x Span) bool { return ends(l.next(x.From, class), class, x.To) })
	if i < 0 {
		return Span{}, false
	}
	return l.loose[i], true
}

// joined returns free memory that has room for a class once free neighbours are joined. Of
// a run, a piece has half at least.
func (l *lists) joined(class uint64) (Span, bool) {
	var run Span
	if !l.c.Joins() {
		return run, false
	}
	for _, x := range l.ended {
		switch {
		case x.Size() < contract.JoinedFrom:
			run = Span{}
		case x.From == run.To:
			run.To = x.To
		default:
			run = x
		}
		if run.Size()/2 >= class {
			return run, true
		}
	}
	return Span{}, false
}

// forget leaves open how the memory of blocks that ended is cut: free neighbours may have
// been joined. It is still free.
func (l *lists) forget() {
	if !l.c.Joins() {
		return
	}
	l.pieces = l.pieces || len(l.ended) > 0
	for _, x := range l.ended {
		l.rest(x.From, x.To)
	}
	l.ended = nil
	clear(l.free)
}

// within returns how long a rest has to be for a piece of it to serve a class. C's rests
// begin with the largest class that fits, unless they are joined with others. Elsewhere a
// piece is a power of two, an eighth of the rest at least, and never less than the smallest
// class.
func (l *lists) within(class uint64) uint64 {
	if l.c.ABI == contract.C && !l.c.Joins() || class == uint64(l.c.ListUnit()) {
		return class
	}
	return min(class, math.MaxUint64/8) * 8
}

// after returns what is left of C's rests behind a block that is their first piece: the
// largest class that fits.
func (l *lists) after(x Span) (left spans) {
	for _, r := range l.rests.touching(x) {
		more := l.c.ClassSize(x.Size()+1-min(x.Size(), uint64(l.c.ListHeader())), 1)
		if l.c.ABI == contract.C && !l.c.Joins() && r.From == x.From && more > r.Size() {
			left = append(left, Span{x.To, r.To})
		}
	}
	return left
}

// largestEnded returns the largest class with a block that ended.
func (l *lists) largestEnded() (most uint64) {
	for class, n := range l.free {
		if n > 0 {
			most = max(most, class)
		}
	}
	return most
}

// rest enters memory that is left over.
func (l *lists) rest(from, to uint64) {
	if from < to {
		l.rests.replace(Span{from, to})
		l.loose.replace(Span{from, to})
	}
}

// leave enters what is left of a region where the next block lies behind somebody else's
// pages. Where blocks stay whole, a piece of it is in the list of its class until it is
// handed out.
func (l *lists) leave(from, to uint64) {
	if from < to && l.c.NoSplit && !l.c.LosesRests() {
		l.left.replace(Span{from, to})
		clear(l.barren)
	}
}

// lost enters that the list of a class is empty, and returns what memory should be in lists
// and is in none: a piece of it has a class, for each was asked since, and its list was empty.
// It returns "" if there is none.
func (l *lists) lost(class uint64) string {
	l.barren[class] = true
	least := uint64(max(l.c.ListUnit(), l.c.Align()))
	for _, x := range l.left {
		most := min(x.Size(), l.largest())
		for class = least; class <= most && l.barren[class]; {
			class = l.c.ClassSize(class+1-uint64(l.c.ListHeader()), 1)
		}
		if class > most && ends(l.next(x.From, least), least, x.To) {
			return fmt.Sprintf("a block in [%#x, %#x), which is free, for a size up to %d", x.From, x.To, most)
		}
	}
	return ""
}

// gap enters the bytes that were skipped for the place of a block. Its place is a multiple of
// more than they are, so that only one cut gives each piece a place of its own: one for each
// bit of their number, the shortest first. Once a piece was cut in another way, the bytes may
// belong to a longer one.
func (l *lists) gap(from, to uint64) {
	if l.pieces || l.c.ABI == contract.C || l.c.Align() > contract.PageSize {
		l.pieces = true
		l.rest(from, to)
		return
	}
	for from < to {
		piece := (to - from) & -(to - from)
		l.ended.replace(Span{from, from + piece})
		l.free[piece]++
		from += piece
	}
}

// stays reports whether a block to resize must stay where it is.
func (l *lists) stays(r Request, old taken, class uint64) bool {
	room := old.To - min(r.Old.From, old.To)
	switch {
	case l.c.ABI == contract.C:
		// It has room, and uses half of it at least.
		return !old.vague && r.Size <= room && room-r.Size <= r.Size
	case class == old.Size():
		return true
	case class < old.Size() || class > l.largest() || old.From%l.place(class) != 0:
		return false
	}
	// It ends where fresh memory begins, there is enough of that, and no block of the class
	// is free. A piece is a power of two.
	spare := l.free[class] > 0 || l.pieces && class&(class-1) == 0
	return l.c.Optimize != contract.Size && old.To == l.top && ends(old.From, class, l.own) && !spare
}

// keeps reports whether a block of C's that becomes smaller has to be left as it is where
// no other can be had. A module that traps then does so before it knows.
func (l *lists) keeps(r Request, old taken) bool {
	return l.c.ABI == contract.C && l.c.OOM != contract.OOMTrap && r.Size <= old.To-r.Old.From
}

// Needed is the sum of what the blocks of each class took that were live at once.
func (l *lists) Needed() uint64 { return l.peak.sum }

// A peak counts the blocks of each class that were live at once.
type peak struct {
	live, most map[uint64]int // by class, in bytes
	sum        uint64         // bytes of the most
}

func (p *peak) add(class uint64) {
	if p.live[class]++; p.live[class] > p.most[class] {
		p.most[class]++
		p.sum += class
	}
}
