// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// These checks judge marks, with the functions of each ABI that makes blocks.

var markChecks = []Check{
	{
		Name:    "release",
		Promise: "release ends the life of every block made since the mark, their memory is handed out again, and older blocks stay.",
		Skip:    needs(script.OpMark, script.OpRelease),
		Run:     runRelease,
	},
	{
		Name:    "reset",
		Promise: "reset ends the life of every block, and their memory is handed out again.",
		Skip:    needs(script.OpReset),
		Run:     runReset,
	},
	{
		Name:    "stale-mark",
		Promise: "The release of a mark above what is in use changes nothing.",
		Skip:    needs(script.OpMark, script.OpRelease),
		Run:     runStaleMark,
	},
	{
		Name:    "mark-zeroing",
		Promise: "Every byte of a block from alloc_zeroed is 0, even if a mark's release took it back.",
		Skip: func(c contract.Contract) string {
			if reason := needsRewind(c); reason != "" {
				return reason
			}
			return needs(script.OpAllocZeroed)(c)
		},
		Run: runMarkZeroing,
	},
	{
		Name:    "mark-foreign",
		Promise: "Others may grow the memory between a mark and its release, and those pages stay theirs.",
		Skip: func(c contract.Contract) string {
			if reason := needsRoom(c); reason != "" {
				return reason
			}
			return needsRewind(c)
		},
		Run: runMarkForeign,
	},
	{
		Name:    "mark-refusal",
		Promise: "A refusal between a mark and its release changes nothing: every byte taken back can be handed out again.",
		Skip:    needsRewind,
		Run:     runMarkRefusal,
	},
	{
		Name:    "mark-heap-end",
		Promise: "Marks are right where the heap ends at 2^32.",
		Whole:   true,
		Skip: func(c contract.Contract) string {
			if reason := skipHeapEnd(c); reason != "" {
				return reason
			}
			return needsRewind(c)
		},
		Run: runMarkHeapEnd,
	},
}

// needsRewind skips a check unless memory can be taken back in one of the two ways.
func needsRewind(c contract.Contract) string {
	if judge.Can(c, script.OpReset) {
		return NeedsBlocks(c)
	}
	return needs(script.OpMark, script.OpRelease)(c)
}

// rewinds are the two ways to take back what f hands out; a module may have one only.
// A mark is made first.
var rewinds = []func(s *judge.Session, f func()){
	func(s *judge.Session, f func()) { m := s.Mark(); f(); s.Release(m) },
	func(s *judge.Session, f func()) { f(); s.Reset() },
}

func runRelease(t *Trial) {
	// Marks before the first block, and with nothing since.
	t.each(func(s *judge.Session) {
		m := s.Mark()
		s.Release(m)
		s.Alloc(100, 1)
		s.Release(m)
		s.Alloc(10, 1)
		m = s.Mark()
		s.Release(m)
		s.Release(m)
		s.Alloc(10, 1)
	})
	// One inside the other, released from the last to the first and all by the first.
	for _, order := range [][]int{{2, 1, 0}, {0}, {1, 0}, {2, 2, 0, 0}} {
		t.each(func(s *judge.Session) {
			var marks []int
			s.Alloc(50, 1)
			for i := range uint64(3) {
				marks = append(marks, s.Mark())
				s.Alloc(30_000*i+7, 1)
				s.Alloc(100, 64)
			}
			for _, k := range order {
				s.Release(marks[k])
				m := s.Mark()
				s.Alloc(20, 1)
				s.Release(m)
				s.Alloc(1, 1)
			}
			s.Alloc(70_000, 1)
		})
	}
	// In phases. The memory grows in the first ones only.
	t.each(func(s *judge.Session) {
		kept := s.Alloc(1000, 8)
		for i := range uint64(20) {
			m := s.Mark()
			b := s.Alloc(i, 1)
			s.Alloc(100_000, 16)
			b = s.Realloc(b, 300)
			s.AllocZeroed(40, 4)
			s.Free(b)
			s.Release(m)
		}
		s.Realloc(kept, 2000)
	})
	// Blocks that are resized after the mark.
	t.each(func(s *judge.Session) {
		older, newest := s.Alloc(100, 8), s.Alloc(100, 8)
		m := s.Mark()
		older = s.Realloc(older, 50)
		s.Realloc(newest, 500)
		s.Alloc(10, 1)
		s.Release(m)
		s.Realloc(older, 60)
		s.Alloc(10, 1)
	})
	// A page's end, and pages that are taken back.
	for _, over := range []uint64{0, 1} {
		t.each(func(s *judge.Session) {
			s.Alloc(s.Left()+over, 1)
			m := s.Mark()
			s.Alloc(3*contract.PageSize, 1)
			s.Release(m)
			s.Alloc(1, 1)
			s.Release(m)
			s.Alloc(3*contract.PageSize, 1)
			s.Alloc(1, 1)
		})
	}
}

func runReset(t *Trial) {
	t.each(func(s *judge.Session) {
		s.Reset()
		s.Alloc(0, 1)
	})
	t.each(func(s *judge.Session) {
		s.Reset()
		s.Alloc(100, 1)
		s.Reset()
		s.Reset()
		s.Alloc(10, 1)
	})
	t.each(func(s *judge.Session) {
		for range 10 {
			m := s.Mark()
			b := s.Alloc(100, 16)
			s.AllocZeroed(300_000, 1)
			s.Realloc(b, 200)
			s.Reset()
			s.Release(m)
			s.Alloc(100_000, 1)
			s.Reset()
		}
		s.Alloc(s.Left(), 1)
		s.Reset()
		s.Alloc(s.Left(), 1)
	})
}

func runStaleMark(t *Trial) {
	for _, size := range []uint64{10, 99, 100, 150, 100_000} {
		t.each(func(s *judge.Session) {
			s.Alloc(10, 1)
			older := s.Mark()
			s.Alloc(100, 1)
			later := s.Mark()
			s.Alloc(100, 1)
			s.Release(older)
			s.Release(later)
			s.Alloc(size, 1)
			s.Release(later)
			s.Alloc(20, 1)
			s.Release(older)
			s.Alloc(20, 1)
		})
	}
	t.each(func(s *judge.Session) {
		s.Alloc(100_000, 1)
		m := s.Mark()
		s.Reset()
		s.Release(m)
		b := s.Alloc(10, 1)
		s.Release(m)
		s.Realloc(b, 20)
		s.Alloc(10, 1)
	})
}

func runMarkZeroing(t *Trial) {
	for _, rewind := range rewinds {
		for _, used := range []uint64{1, 7, 100, 1000, 70_000} {
			// Less than was used, as much, more, and behind it.
			for _, sizes := range [][]uint64{{1, used / 2, used}, {used - 1, 5}, {used, 10}, {used + 1, 10}, {used + 100_000}, {3 * used, used}} {
				t.each(func(s *judge.Session) {
					s.AllocZeroed(20, 4)
					rewind(s, func() { s.Alloc(used, 1) })
					for _, n := range sizes {
						s.AllocZeroed(n, 1)
					}
					s.AllocZeroed(10, 64)
				})
			}
		}
		// The highest use is not the last one, and what is taken back twice.
		t.each(func(s *judge.Session) {
			rewind(s, func() {
				rewind(s, func() { s.Alloc(5000, 1) })
				s.Alloc(100, 1)
			})
			rewind(s, func() { s.AllocZeroed(200, 1) })
			s.AllocZeroed(4000, 1)
			s.AllocZeroed(4000, 1)
		})
		// To tops whose square is near a multiple of 2^32.
		for _, top := range []uint64{contract.PageSize + 2, 92_682} {
			for times := range 2 {
				t.each(func(s *judge.Session) {
					for range times + 1 {
						rewind(s, func() { s.Alloc(s.Room(top), 1) })
					}
					s.AllocZeroed(100_000, 1)
				})
			}
		}
		// To a top whose double is more than 2^32, and then to one below 2^31.
		t.in(script.DefaultSetup(t.Contract), func(s *judge.Session) {
			rewind(s, func() { s.Alloc(50_000, 1); s.Alloc(s.Room(1<<31+2000), 1) })
			rewind(s, func() { s.Alloc(10, 1) })
			s.AllocZeroed(40_000, 1)
		})
		// Across 2^31, up to as much above it as the block starts below.
		t.in(script.DefaultSetup(t.Contract), func(s *judge.Session) {
			s.Alloc(s.Room(1<<31-100), 1)
			rewind(s, func() { s.Alloc(200, 1) })
			s.AllocZeroed(200, 1)
		})
		// Behind pages of somebody else, and where the memory cannot be had.
		t.in(fixedLimit(t.Contract, 6), func(s *judge.Session) {
			s.Alloc(100, 1)
			s.Grow(1)
			rewind(s, func() { s.Alloc(s.Left()+1, 1); s.Alloc(100, 1) })
			s.AllocZeroed(s.Left(), 1)
			s.AllocZeroed(1<<20, 1)
			s.AllocZeroed(150_000, 1)
		})
	}
}

func runMarkForeign(t *Trial) {
	for _, rewind := range rewinds {
		// Somebody grows the memory, and no block is placed behind those pages.
		t.each(func(s *judge.Session) {
			s.Alloc(100, 1)
			rewind(s, func() { s.Alloc(500, 1); s.Grow(1) })
			s.Alloc(s.Left(), 1)
			s.Alloc(1, 1)
		})
		// Blocks are placed behind them, once and again.
		for _, size := range []uint64{0, 1, 100_000} {
			t.each(func(s *judge.Session) {
				s.Alloc(100, 1)
				rewind(s, func() {
					s.Alloc(100, 1)
					s.Grow(1)
					s.Alloc(s.Left()+size+1, 1)
					s.Alloc(10, 1)
					rewind(s, func() { s.Alloc(10, 1); s.Grow(2); s.Alloc(s.Left()+size+1, 1) })
					s.Alloc(10, 1)
				})
				s.Alloc(10, 1)
				s.Alloc(s.Left(), 1)
				s.Alloc(size, 8)
			})
		}
		// A block that is resized to behind them, and a block of size 0.
		t.each(func(s *judge.Session) {
			b := s.Alloc(10, 1)
			rewind(s, func() { s.Grow(1); s.Realloc(b, 200_000); s.Alloc(10, 1) })
			s.Alloc(50_000, 1)
			s.Alloc(100_000, 1)
		})
		t.each(func(s *judge.Session) {
			s.Alloc(10, 1)
			rewind(s, func() { s.Grow(1); s.Alloc(0, 1<<17); s.Alloc(0, 1) })
			s.Alloc(10, 1)
			s.Alloc(s.Left(), 1)
			s.Alloc(1, 1)
		})
		// Before the first block.
		t.each(func(s *judge.Session) {
			rewind(s, func() { s.Grow(1); s.Alloc(s.Left()+1, 1); s.Alloc(10, 1) })
			s.Alloc(10, 1)
			s.Alloc(100_000, 1)
		})
		// A refused request behind them moves nothing.
		t.in(fixedLimit(t.Contract, 2), func(s *judge.Session) {
			s.Alloc(100, 1)
			rewind(s, func() { s.Alloc(100, 1); s.Grow(1); s.Alloc(200_000, 1) })
			s.Alloc(s.Left(), 1)
			s.Alloc(100, 1)
		})
	}
	// The last mark lies behind the pages, the first before them.
	t.each(func(s *judge.Session) {
		first := s.Mark()
		s.Alloc(100, 1)
		s.Grow(1)
		s.Alloc(s.Left()+1, 1)
		last := s.Mark()
		s.Alloc(100, 1)
		s.Grow(1)
		s.Release(last)
		s.Alloc(50, 1)
		s.Release(first)
		s.Alloc(10, 1)
		s.Release(last)
		s.Alloc(100, 1)
		s.Reset()
		s.Alloc(s.Left(), 1)
	})
}

func runMarkRefusal(t *Trial) {
	for _, rewind := range rewinds {
		for _, more := range []uint64{0, 1, 3} {
			t.in(fixedLimit(t.Contract, more), func(s *judge.Session) {
				s.Alloc(100, 1)
				rewind(s, func() { exhaust(s) })
				rewind(s, func() { s.Alloc(1<<32-1, 1); s.Alloc(s.Room(max(s.Reach(), s.Own())), 1); exhaust(s) })
				s.LimitTo(s.Limit + 1)
				rewind(s, func() { exhaust(s) })
				b := s.Alloc(1, 1)
				s.Realloc(b, max(s.Reach(), s.Own())-b.FromOr(s.Top()))
				exhaust(s)
			})
		}
		// A resize that is refused.
		t.in(fixedLimit(t.Contract, 1), func(s *judge.Session) {
			rewind(s, func() {
				b := s.Alloc(100, 1)
				s.Alloc(60_000, 1)
				s.Realloc(b, 300_000)
				s.Realloc(b, 1000)
			})
			exhaust(s)
		})
	}
}

func runMarkHeapEnd(t *Trial) {
	setup := script.DefaultSetup(t.Contract)
	setup.Limit = contract.MaxPages
	fill := func(s *judge.Session) { s.Alloc(s.Room(ledger.AddressSpace), 1) }
	for _, rewind := range rewinds {
		t.in(setup, func(s *judge.Session) {
			s.Alloc(100, 1)
			rewind(s, func() { fill(s); s.Alloc(1, 1) })
			s.Alloc(100, 1)
			fill(s)
			s.Alloc(1, 1)
		})
	}
	// Used up to 2^32 or nearly, after less was.
	for _, rewind := range rewinds {
		for _, left := range []uint64{0, contract.PageSize - 2} {
			t.in(setup, func(s *judge.Session) {
				rewind(s, func() { s.Alloc(s.Room(contract.PageSize+2), 1) })
				rewind(s, func() {
					for range 5 {
						s.Alloc(40_000, 1)
					}
					s.Alloc(s.Room(ledger.AddressSpace-left), 1)
				})
				s.AllocZeroed(200_000, 1)
			})
		}
	}
	// Marks at 2^32, released there and when they are stale.
	t.in(setup, func(s *judge.Session) {
		s.Alloc(100, 1)
		first := s.Mark()
		fill(s)
		last := s.Mark()
		s.Alloc(1, 1)
		s.Release(last)
		s.Alloc(1, 1)
		s.Release(first)
		s.Alloc(100, 1)
		s.Release(last)
		s.Alloc(100, 1)
		fill(s)
	})
	// A mark above 2^31.
	t.in(setup, func(s *judge.Session) {
		s.Alloc(3<<30, 1)
		m := s.Mark()
		s.Alloc(100, 1)
		fill(s)
		s.Release(m)
		s.Alloc(200, 1)
		s.Grow(1)
		s.Release(m)
		fill(s)
		s.Alloc(1, 1)
	})
	// Somebody else has a page above 2^31, or the last one.
	t.in(setup, func(s *judge.Session) {
		m := s.Mark()
		s.Alloc(3<<30, 1)
		s.Grow(1)
		s.Alloc(2*contract.PageSize, 1)
		s.Release(m)
		s.Alloc(100, 1)
		fill(s)
		s.Alloc(5<<29, 1)
	})
	t.in(setup, func(s *judge.Session) {
		m := s.Mark()
		s.Alloc(ledger.AddressSpace-2*contract.PageSize-s.Top()-s.Lead(), 1)
		s.Grow(1)
		s.Alloc(contract.PageSize, 1)
		s.Release(m)
		s.Alloc(100, 1)
		fill(s)
	})
}
