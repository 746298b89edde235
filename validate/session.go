// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
	"github.com/genalloc/genalloc/validate/unit"
)

// A session is a run of calls on one instance, judged one by one. After the
// first violation nothing more is called, so that checks read as plain
// sequences of calls.
type session struct {
	contract contract.Contract
	setup    script.Setup
	in       *instance
	abi      adapter
	owners   owners
	ledger   ledger.Ledger
	terms    ledger.Terms
	limit    uint64  // pages, from host and contract
	request  request // the last one
	called   bool    // the allocator was, at all
	blocks   []*block
	log      []script.Call
	seeds    uint64
	peak     uint64 // most bytes of memory
	failure  *Failure
}

// Seeds of the patterns that are nobody's block.
const (
	belowSeed   = 1 << 40
	garbageSeed = 2 << 40
	foreignSeed = 3 << 40
)

// mostCleared bounds in bytes the blocks asked for that must be cleared by
// force: 4 GiB of that would be 4 GiB of the machine's own memory.
const mostCleared = 4 << 20

// open makes a session and the world that its setup describes: somebody else's
// pages, bytes below the base that are not the allocator's and, where the
// contract says that the memory is dirty, a host's bytes above it.
func open(m compiled, c contract.Contract, setup script.Setup) (*session, error) {
	in, err := m.instantiate(c, setup)
	if err != nil {
		return nil, fmt.Errorf("the module does not start: %w", err)
	}
	s := &session{contract: c, setup: setup, in: in, abi: newAdapter(c)}
	s.setLimit(setup.Limit)
	if have := in.Pages(); have < setup.Pages && !in.Grow(setup.Pages-have) {
		in.close()
		return nil, fmt.Errorf("the memory of %s does not grow to the %d of the setup", unit.Pages(have), setup.Pages)
	}
	mem := in.Pages() * contract.PageSize
	own := ledger.Owned(c, setup.Base, mem)
	s.owners = owners{base: setup.Base, mem: own}
	s.ledger, s.terms = ledger.New(c, setup.Base, mem), ledger.TermsOf(c)
	s.peak = mem
	if !s.terms.Statics {
		s.write(ledger.Span{From: 0, To: min(setup.Base, mem)}, belowSeed)
	}
	if c.Dirty {
		s.soil(ledger.Span{From: min(setup.Base, own), To: own})
	}
	s.addForeign(mem)
	return s, nil
}

// soil leaves a host's bytes in s: in every byte of what blocks can reach soon.
func (s *session) soil(area ledger.Span) {
	area.To = min(area.To, area.From+16<<20)
	fill(s.in.Bytes()[area.From:area.To], garbageSeed, 0)
}

// addForeign enters the pages that somebody else grew.
func (s *session) addForeign(mem uint64) {
	from := s.owners.mem
	if s.terms.Statics && !s.called {
		s.owners.mem = mem
		return
	}
	s.owners.grown(mem)
	s.write(ledger.Span{From: from, To: mem}, foreignSeed+from)
}

func (s *session) write(area ledger.Span, seed uint64) {
	mem := s.in.Bytes()
	windows(area.To-area.From, func(from, to uint64) bool {
		fill(mem[area.From+from:area.From+to], seed, from)
		return true
	})
}

// intact returns the address of the first byte seen that is not the pattern's.
func (s *session) intact(area ledger.Span, seed uint64) (uint64, bool) {
	mem := s.in.Bytes()
	addr, ok := uint64(0), true
	windows(area.To-area.From, func(from, to uint64) bool {
		if i := differs(mem[area.From+from:area.From+to], seed, from); i >= 0 {
			addr, ok = area.From+from+uint64(i), false
		}
		return ok
	})
	return addr, ok
}

// script returns the calls so far.
func (s *session) script() *script.Script { return &script.Script{Setup: s.setup, Calls: s.log} }

func (s *session) ok() bool { return s.failure == nil }

func (s *session) setLimit(pages uint64) {
	s.in.store.Limit(pages)
	s.limit = min(pages, uint64(s.contract.PageLimit()))
}

// reach is the end in bytes of the largest memory that the allocator can get.
func (s *session) reach() uint64 { return ledger.Reach(s.contract.Grow, s.limit) }

// mem is the size of the memory in bytes.
func (s *session) mem() uint64 { return s.in.Pages() * contract.PageSize }

// alloc calls alloc, or what else makes blocks in a module without it. The block
// is nil if there is none.
func (s *session) alloc(size, align uint64) *block {
	for _, op := range makers {
		if s.abi.has(op) {
			return s.do(script.Call{Op: op, Size: size, Align: align})
		}
	}
	return nil
}

// makers are the operations that make a block of nothing, in order of preference.
var makers = []script.Op{script.OpAlloc, script.OpAllocZeroed, script.OpMemalign}

func (s *session) allocZeroed(size, align uint64) *block {
	return s.do(script.Call{Op: script.OpAllocZeroed, Size: size, Align: align})
}

// realloc returns the block at its new place and size, or nil if b stays as
// it is.
func (s *session) realloc(b *block, size uint64) *block {
	if b == nil {
		return nil
	}
	return s.do(script.Call{Op: script.OpRealloc, Block: b.number, Size: size})
}

func (s *session) free(b *block) {
	if b != nil {
		s.do(script.Call{Op: script.OpFree, Block: b.number})
	}
}

func (s *session) grow(pages uint64) { s.do(script.Call{Op: script.OpGrow, Size: pages}) }

func (s *session) limitTo(pages uint64) { s.do(script.Call{Op: script.OpLimit, Size: pages}) }

// do runs one line of a script. Lines that make no sense any more, because an
// earlier call returned no block or the module lacks the function, do nothing.
func (s *session) do(c script.Call) *block {
	if !s.ok() {
		return nil
	}
	c.Made, c.Size = -1, s.within(c.Op, c.Size)
	if c.Op.Makes() {
		c.Made = len(s.blocks)
		s.blocks = append(s.blocks, nil)
	}
	var made *block
	switch c.Op {
	case script.OpGrow:
		s.hostGrow(&c)
	case script.OpLimit:
		s.setLimit(max(c.Size, s.in.Pages()))
	default:
		old, ok := s.block(c)
		if !ok || !s.callable(c, old) {
			return nil
		}
		made = s.call(&c, old)
		if !s.ok() {
			s.failure.Call = describe(s.contract, s.abi, s.request)
		}
	}
	c.Pages = s.in.Pages()
	s.peak = max(s.peak, c.Pages*contract.PageSize)
	s.log = append(s.log, c)
	if c.Made >= 0 {
		s.blocks[c.Made] = made
	}
	return made
}

// within returns the size as the operation can be asked for it.
func (s *session) within(op script.Op, size uint64) uint64 {
	if size < ledger.AddressSpace || op != script.OpAllocZeroed || s.contract.ABI != contract.C {
		return min(size, ledger.AddressSpace-1)
	}
	return min(size, script.MostProduct-1) &^ (1<<16 - 1)
}

// block returns the block that a line is about: nil where it is about none, or
// about null. It is false where that is not a live one.
func (s *session) block(c script.Call) (*block, bool) {
	if !c.Op.Takes() || c.Block == script.Null && s.contract.ABI == contract.C {
		return nil, true
	}
	if c.Block < 0 || c.Block >= len(s.blocks) {
		return nil, false
	}
	return s.blocks[c.Block], s.blocks[c.Block] != nil
}

// callable reports whether a call has a meaning that can be judged, at a price
// that can be paid.
func (s *session) callable(c script.Call, old *block) bool {
	switch {
	case !s.abi.has(c.Op):
		return false
	case c.Op == script.OpAllocZeroed && c.Size < ledger.AddressSpace && s.ledger.Fill(c.Size) > mostCleared:
		return false
	case c.Op == script.OpMemalign && !s.terms.Statics && s.setup.Base < slot+4:
		return false // nowhere to store the address: no byte below the base is free
	case !s.terms.OnlyDefined:
		return true
	case c.Op == script.OpRealloc && c.Size == 0:
		return false // C leaves it open
	}
	return powerOfTwo(c.Align) || c.Op != script.OpAlloc // older versions of C leave it open
}

func (s *session) hostGrow(c *script.Call) {
	if c.Fails = !s.in.Grow(c.Size); !c.Fails {
		s.addForeign(s.mem())
	}
}

// close looks at every byte that nobody may have touched, and gives the
// instance back.
func (s *session) close() {
	s.inspect()
	s.in.close()
}

// inspect judges what is in memory: blocks, foreign pages, bytes below base.
func (s *session) inspect() {
	for _, b := range s.owners.live {
		if !s.ok() {
			return
		}
		s.checkContents(b.Span, b.seed, b.Size())
		s.judgeKept(b)
	}
	for _, f := range s.owners.foreign {
		if addr, ok := s.intact(f, foreignSeed+f.From); !ok && s.ok() {
			s.fail("foreign", "pages that somebody else grew keep their bytes", "byte %#x was overwritten", addr)
		}
	}
	if s.terms.Statics {
		return
	}
	below := ledger.Span{From: 0, To: min(s.setup.Base, s.mem())}
	if addr, ok := s.intact(below, belowSeed); !ok && s.ok() {
		s.fail("below-base", "bytes below the heap base keep their values", "byte %#x was overwritten", addr)
	}
}

// broke keeps what a call broke, if anything.
func (s *session) broke(b *ledger.Breach) {
	if b != nil {
		s.fail(b.Rule, b.Expected, "%s", b.Got)
	}
}

func (s *session) fail(rule, expected, got string, args ...any) {
	if s.failure == nil {
		s.failure = &Failure{Rule: rule, Expected: expected, Got: fmt.Sprintf(got, args...)}
	}
}
