// SPDX-License-Identifier: MIT OR Apache-2.0

// Package judge makes calls on one instance of an allocator and judges each answer.
package judge

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/scope"
	"github.com/genalloc/genalloc/validate/script"
)

// A Session is a run of calls on one instance, judged one by one. After the first
// broken promise nothing more is called, so that checks read as plain sequences of
// calls.
type Session struct {
	Contract contract.Contract // of one ABI
	Scope    scope.Scope
	Setup    script.Setup
	Limit    uint64        // pages that the memory can have, by host and contract
	Log      []script.Call // so far
	Peak     uint64        // most bytes of memory
	Refusals report.Refusals
	Failure  *report.Failure

	in      *instance
	abi     adapter
	owners  owners
	layout  ledger.Layout
	ledger  ledger.Ledger
	terms   ledger.Terms
	request request      // the last one
	misused bool         // a mistake was made: what is counted is not promised any more
	given   uint64       // allocations so far, for the numbers of blocks
	counted counters     // what a module that counts should tell
	called  bool         // the allocator was, at all
	blocks  []*Block     // by number
	marks   map[int]mark // by number
	seeds   uint64
}

// Seeds of the patterns outside of blocks, and of blocks that a program wrote to.
const (
	belowSeed   = 1 << 40
	garbageSeed = 2 << 40
	foreignSeed = 3 << 40
	wordSeed    = 1 << 63 // and a word, which is repeated
)

// mostCleared is the most bytes that the judge makes an allocator clear by force: each
// of them takes up real memory.
const mostCleared = 4 << 20

// Open makes a session in the world that a setup describes: with somebody else's pages,
// bytes below the base that are not the allocator's and, if the contract says that the
// memory is dirty, a host's bytes above it. They are there before the module starts if it
// imports its memory.
func Open(m Module, c contract.Contract, sc scope.Scope, setup script.Setup) (*Session, error) {
	s := &Session{Contract: c, Scope: sc, Setup: setup, in: new(instance), abi: newAdapter(c), marks: map[int]mark{}, terms: ledger.TermsOf(c)}
	if err := s.in.start(m, c, setup, s.prepare); err != nil {
		s.in.close()
		return nil, fmt.Errorf("the module does not start: %w", err)
	}
	s.setLimit(setup.Limit)
	begun := uint64(c.InitialPages)
	if c.Memory == contract.ImportMemory {
		begun = setup.Pages
	}
	started := s.in.Pages()
	if started < setup.Pages && !s.in.Grow(setup.Pages-started) {
		s.in.close()
		return nil, fmt.Errorf("the memory of %s does not grow to the %d of the setup", unit.Pages(started), setup.Pages)
	}
	switch {
	case c.Memory == contract.ImportMemory:
	case c.HasStart():
		s.prepare(uint64(c.InitialPages) * contract.PageSize)
	default:
		s.prepare(s.Mem())
	}
	switch want := s.layout.Mem / contract.PageSize; {
	case !c.HasStart():
	case c.Threads && started >= want:
		s.owners.mem = started * contract.PageSize // a chunk
	case started != want:
		s.Fail("growth", "a start in "+unit.Pages(want), "%d", started)
		return s, nil
	}
	s.judgeTold(begun, started)
	if started > begun {
		s.counted.growths++
	}
	s.judgeStats()
	s.Peak = s.Mem()
	s.addForeign(s.Mem())
	return s, nil
}

// prepare enters what lies where in a memory of mem bytes before the module starts, and
// writes the bytes that are not the allocator's.
func (s *Session) prepare(mem uint64) {
	l := ledger.LayoutOf(s.Contract, s.Setup.Base, mem)
	s.layout, s.ledger = l, ledger.New(s.Contract, s.Setup.Base, mem)
	s.owners = owners{base: l.Start, mem: l.Foreign.From}
	if !s.terms.Statics {
		for _, area := range s.below() {
			s.write(area, belowSeed)
		}
	}
	if s.Contract.Dirty {
		s.soil()
	}
	s.addForeign(mem)
	s.owners.mem = l.Mem
}

// below returns what lies below the base and is not the allocator's.
func (s *Session) below() []ledger.Span {
	heads, end := s.layout.Heads, min(s.Setup.Base, s.Mem())
	if heads.From >= end {
		return []ledger.Span{{From: 0, To: end}}
	}
	return []ledger.Span{{From: 0, To: heads.From}, {From: heads.To, To: end}}
}

// soil writes a host's bytes to every address that blocks can reach soon. Once a module
// has started, its heads are no memory of the host's.
func (s *Session) soil() {
	from, to := s.Setup.Base, s.owners.mem
	if s.Contract.Memory == contract.ExportMemory {
		from = s.layout.Start
	}
	if to = min(to, from+16<<20); from < to {
		s.fill(from, to, garbageSeed, 0)
	}
}

// addForeign enters the pages that somebody else grew.
func (s *Session) addForeign(mem uint64) {
	from := s.owners.mem
	if s.terms.Statics && !s.called {
		s.owners.mem = mem
		return
	}
	s.owners.grown(mem)
	s.write(ledger.Span{From: from, To: mem}, foreignSeed+from)
}

func (s *Session) write(area ledger.Span, seed uint64) {
	for from, to := range windows(area.Size()) {
		s.fill(area.From+from, area.From+to, seed, from)
	}
}

// fill writes a pattern to the bytes between two addresses.
func (s *Session) fill(from, to, seed, at uint64) {
	bytes := s.in.Bytes()
	if bytes != nil {
		fill(bytes[from:to], seed, at)
		return
	}
	bytes = make([]byte, to-from)
	fill(bytes, seed, at)
	s.in.Write(from, bytes)
}

// view returns the bytes between two addresses, to be read at once.
func (s *Session) view(from, to uint64) []byte {
	if bytes := s.in.Bytes(); bytes != nil {
		return bytes[from:to]
	}
	bytes := make([]byte, to-from)
	s.in.Read(from, bytes)
	return bytes
}

// intact looks at the first n bytes of an area, whose pattern depends on its size. It
// returns the address of the first one seen that is not the pattern's.
func (s *Session) intact(area ledger.Span, seed, n uint64) (uint64, bool) {
	for from, to := range windows(area.Size()) {
		if to = min(to, n); from >= to {
			break
		}
		if i := differs(s.view(area.From+from, area.From+to), seed, from); i >= 0 {
			return area.From + from + uint64(i), false
		}
	}
	return 0, true
}

// Script returns the calls so far.
func (s *Session) Script() *script.Script { return &script.Script{Setup: s.Setup, Calls: s.Log} }

// OK reports whether no promise was broken yet.
func (s *Session) OK() bool { return s.Failure == nil }

func (s *Session) setLimit(pages uint64) {
	if s.Contract.Memory64 { // beyond 4 GiB engines copy a memory that grows
		pages = min(pages, max(s.Setup.Limit, contract.MaxPages))
	}
	s.in.store.Limit(pages)
	s.Limit = min(pages, s.Contract.PageLimit())
}

// Do runs one line of a script and returns the block made, if any. A line does nothing
// if its block does not exist, since an earlier call returned none, or if the module
// lacks the function. What the scope leaves out is not done, and sizes stay within its
// bound.
func (s *Session) Do(c script.Call) *Block {
	if !s.OK() {
		return nil
	}
	c.Made, c.Size = -1, s.within(c)
	if c.Op.Names() {
		c.Made = len(s.blocks)
		s.blocks = append(s.blocks, nil)
	}
	var made *Block
	switch c.Op {
	case script.OpGrow:
		if s.Scope.OwnGrowth {
			return nil
		}
		if c.Fails = !s.in.Grow(c.Size); !c.Fails {
			s.addForeign(s.Mem())
		}
	case script.OpLimit:
		s.setLimit(max(c.Size, s.in.Pages()))
	case script.OpWrite:
		b, ok := s.block(c)
		if !ok || b == nil {
			return nil
		}
		s.checkContents(b.Span, b.seed, b.Size())
		b.seed = wordSeed | c.Size
		s.write(b.Span, b.seed)
	case script.OpMisuse:
		b, ok := s.block(c)
		if !ok || b == nil || !b.given || s.Contract.Debug == contract.DebugOff || !s.CanMisuse(int(c.Size)) {
			return nil
		}
		s.misuse(&c)
	case script.OpMark, script.OpRelease, script.OpReset:
		if !s.rewinds(c) {
			return nil
		}
		s.rewind(&c)
	default:
		old, ok := s.block(c)
		if !ok || !s.callable(c, old) {
			return nil
		}
		made = s.call(&c, old)
	}
	if !s.OK() {
		s.Failure.Call = describe(s.abi, s.request)
	}
	c.Pages = s.in.Pages()
	s.Peak = max(s.Peak, c.Pages*contract.PageSize)
	s.Log = append(s.Log, c)
	if c.Made >= 0 {
		s.blocks[c.Made] = made
	}
	return made
}

// within returns the size as the operation can be asked for it.
func (s *Session) within(c script.Call) uint64 {
	size := c.Size
	if c.Op.Makes() {
		align := c.Align
		if old, ok := s.block(c); ok && old != nil {
			align = old.align
		}
		size = s.Scope.Bound(size, align)
	}
	if most := s.Contract.MaxSize(); size <= most || c.Op != script.OpAllocZeroed || s.Contract.ABI != contract.C {
		return min(size, most)
	}
	return min(size, script.MostProduct-1) &^ (1<<16 - 1)
}

// block returns the block that a line names: nil if it names none, or null. It is
// false if the block is not alive.
func (s *Session) block(c script.Call) (*Block, bool) {
	if !c.Op.Takes() || c.Block == script.Null && s.Contract.ABI == contract.C {
		return nil, true
	}
	if c.Block < 0 || c.Block >= len(s.blocks) {
		return nil, false
	}
	return s.blocks[c.Block], s.blocks[c.Block] != nil
}

// callable reports whether a call is defined, and does not take too much memory.
func (s *Session) callable(c script.Call, old *Block) bool {
	switch {
	case !s.abi.has(c.Op):
		return false
	case c.Op == script.OpAllocZeroed && c.Size <= s.Contract.MaxSize() && s.ledger.Fill(c.Size) > mostCleared:
		return false
	case c.Op == script.OpMemalign && !s.terms.Statics && s.Setup.Base < slot+uint64(s.Contract.PointerSize()):
		return false // nowhere to store the address: no byte below the base is free
	case !s.terms.OnlyDefined:
		return true
	case c.Op == script.OpRealloc && c.Size == 0:
		return false // C leaves it open
	}
	return powerOfTwo(c.Align) || c.Op != script.OpAlloc // older versions of C leave it open
}

// Close judges the bytes that nobody may have changed, and frees the instance.
func (s *Session) Close() {
	s.inspect()
	s.in.close()
}

// inspect judges the contents of live blocks, foreign pages and what is below the base.
func (s *Session) inspect() {
	for _, b := range s.owners.live {
		if !s.OK() {
			return
		}
		s.checkContents(b.Span, b.seed, b.Size())
		s.judgeKept(b)
	}
	for _, f := range s.owners.foreign {
		if addr, ok := s.intact(f, foreignSeed+f.From, f.Size()); !ok && s.OK() {
			s.Fail("foreign", "pages that somebody else grew keep their bytes", "byte %#x was overwritten", addr)
		}
	}
	if s.terms.Statics {
		return
	}
	for _, area := range s.below() {
		if addr, ok := s.intact(area, belowSeed, area.Size()); !ok && s.OK() {
			s.Fail("below-base", "bytes below the heap base keep their values", "byte %#x was overwritten", addr)
		}
	}
}

// broke keeps a breach, if there is one.
func (s *Session) broke(b *ledger.Breach) {
	if b != nil {
		s.Fail(b.Rule, b.Expected, "%s", b.Got)
	}
}

// Fail notes a broken promise. Only the first is kept. got is a format.
func (s *Session) Fail(rule, expected, got string, args ...any) {
	if s.Failure == nil {
		s.Failure = &report.Failure{Rule: rule, Expected: expected, Got: fmt.Sprintf(got, args...)}
	}
}
