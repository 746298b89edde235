// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/script"
)

// counters are what the session counts, in the order of [contract.Counters].
type counters struct {
	liveBytes, liveBlocks, peakBytes, calls, growths, refused uint64
}

func (c *counters) list() []uint64 {
	return []uint64{c.liveBytes, c.liveBlocks, c.peakBytes, c.calls, c.growths, c.refused}
}

// count counts what a call did. made is the block that it returned, and got is what it
// returned at all.
func (s *Session) count(op script.Op, got bool, before, after uint64) {
	if after > before {
		s.counted.growths++
	}
	if op == script.OpUsable {
		return
	}
	s.counted.calls++
	if op.Makes() && !got {
		s.counted.refused++
	}
}

// begun counts a block that a call returned; none where nothing belongs to it.
func (s *Session) begun(b *Block, roomless bool) {
	if !s.Contract.Stats || roomless {
		return
	}
	b.counted, b.bytes = true, s.bytes(b)
	s.counted.liveBlocks++
	s.counted.liveBytes += b.bytes
}

// ended counts the end of a block.
func (s *Session) ended(b *Block) {
	if b.counted {
		s.counted.liveBlocks--
		s.counted.liveBytes -= b.bytes
	}
}

// sized reports whether it can be known what blocks count for.
func (s *Session) sized() bool { return s.Contract.ABI != contract.C || s.abi.has(script.OpUsable) }

// bytes returns what a block counts for: in C, what may be written.
func (s *Session) bytes(b *Block) uint64 {
	if s.Contract.ABI != contract.C || !s.sized() {
		return b.Size()
	}
	f, args := s.abi.plan(request{op: script.OpUsable, handle: b.handle})
	n, err := s.in.call(f, args)
	if err != nil {
		s.Fail("stats", "the size of the block", "%v", err)
	}
	return n
}

// judgeStats compares the module's counters with the session's. They are stored at the
// memory's end, and what is there is restored.
func (s *Session) judgeStats() {
	f, ok := s.Contract.Function(contract.Counts)
	if !ok || s.misused || !s.OK() {
		return
	}
	s.counted.peakBytes = max(s.counted.peakBytes, s.counted.liveBytes)
	size := uint64(contract.CountersSize)
	at := s.Mem() - size
	saved, counted := make([]byte, size), make([]byte, size)
	s.in.Read(at, saved)
	if _, err := s.in.call(f, []uint64{at}); err != nil {
		s.Fail("stats", f.Name+" returns", "%v", err)
		return
	}
	s.in.Read(at, counted)
	sized := s.sized()
	for i, want := range s.counted.list() {
		c := contract.Counters[i]
		if !sized && (strings.HasSuffix(c.Name, "_bytes")) {
			continue
		}
		if got := binary.LittleEndian.Uint64(counted[uint64(i)*contract.CounterSize:]); got != want {
			s.Fail("stats", fmt.Sprintf("%s to be %d", c.Name, want), "%d", got)
		}
	}
	s.in.Write(at, saved)
}
