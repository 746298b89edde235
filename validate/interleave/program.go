// SPDX-License-Identifier: MIT OR Apache-2.0

package interleave

import (
	"github.com/genalloc/genalloc/validate/script"
)

// A Program is what threads do at the same time.
type Program struct {
	Name    string
	More    uint64 // pages that the memory can grow by
	Threads [][]script.Call
	// Setup and Then are what the first thread does before the others run. In between, all
	// threads use up the memory, so that they have only what others give them.
	Setup, Then []script.Call
}

// builder numbers the blocks of a program.
type builder struct {
	made  int
	calls []script.Call
}

func (b *builder) alloc(size, align uint64) int {
	b.calls = append(b.calls, script.Call{Op: script.OpAlloc, Size: size, Align: align, Made: b.made})
	b.made++
	return b.made - 1
}

func (b *builder) free(blocks ...int) {
	for _, n := range blocks {
		b.calls = append(b.calls, script.Call{Op: script.OpFree, Block: n})
	}
}

func (b *builder) realloc(block int, size uint64) int {
	b.calls = append(b.calls, script.Call{Op: script.OpRealloc, Block: block, Size: size, Made: b.made})
	b.made++
	return b.made - 1
}

// take returns the calls so far, and begins anew.
func (b *builder) take() []script.Call {
	calls := b.calls
	b.calls = nil
	return calls
}

// grow is what somebody does who is no thread of the module: it adds a page.
func grow() script.Call { return script.Call{Op: script.OpGrow, Size: 1} }

// same returns a program whose threads ask for the same blocks.
func same(name string, threads int, more uint64, sizes ...uint64) Program {
	p := Program{Name: name, More: more}
	var b builder
	for range threads {
		for _, size := range sizes {
			b.alloc(size, 8)
		}
		p.Threads = append(p.Threads, b.take())
	}
	return p
}

// Programs returns the programs that every module with threads is judged by. Batch is how
// many free blocks pass from thread to thread at once; 0 if none do.
func Programs(batch int) []Program {
	list := []Program{
		same("small blocks", 2, 40, 16, 16, 16),
		same("half pages", 2, 3, 32768, 32768),
		same("pages", 2, 40, 65536, 65536, 65536),
		same("pages, three threads", 3, 40, 65536),
		same("last pages", 2, 2, 65536, 65536),
		same("last page, three threads", 3, 1, 40000),
		foreign(), mixed(), handover(), resize(), newest(),
	}
	if batch > 0 {
		list = append(list, batches(batch), again(batch))
	}
	return list
}

// foreign: somebody else grows the memory while two threads do.
func foreign() Program {
	p := same("growth by others", 2, 4, 65536)
	p.Threads = append(p.Threads, []script.Call{grow(), grow()})
	return p
}

// mixed: one thread asks for more than a page while the other begins.
func mixed() Program {
	var b builder
	p := Program{Name: "large and small", More: 20}
	b.alloc(100_000, 16)
	b.alloc(24, 8)
	b.alloc(16, 64)
	p.Threads = append(p.Threads, b.take())
	b.alloc(24, 8)
	b.alloc(100_000, 16)
	p.Threads = append(p.Threads, b.take())
	return p
}

// handover: one thread frees what the other has made, and both go on.
func handover() Program {
	var b builder
	p := Program{Name: "hand-over", More: 8}
	first, second := b.alloc(24, 8), b.alloc(24, 8)
	b.alloc(24, 8)
	p.Threads = append(p.Threads, b.take())
	b.free(first)
	b.alloc(24, 8)
	b.free(second)
	b.alloc(24, 8)
	p.Threads = append(p.Threads, b.take())
	return p
}

// resize: both threads resize while the other allocates.
func resize() Program {
	var b builder
	p := Program{Name: "resize", More: 6}
	for range 2 {
		n := b.realloc(b.alloc(24, 8), 40)
		b.alloc(16, 8)
		b.realloc(n, 65536)
		p.Threads = append(p.Threads, b.take())
	}
	return p
}

// newest: both threads resize the newest block beyond the end of their pages.
func newest() Program {
	var b builder
	p := Program{Name: "resize the newest", More: 8}
	for range 2 {
		b.realloc(b.alloc(40_000, 8), 100_000)
		p.Threads = append(p.Threads, b.take())
	}
	return p
}

// filled returns a program whose first thread frees so many batches, of which all but the
// last one or two pass to others.
func (b *builder) filled(name string, batch, count int) Program {
	p := Program{Name: name, More: 12, Threads: [][]script.Call{nil}}
	blocks := b.several(batch * count)
	p.Setup = b.take()
	b.free(blocks...)
	p.Then = b.take()
	return p
}

// several makes small blocks.
func (b *builder) several(count int) (blocks []int) {
	for range count {
		blocks = append(blocks, b.alloc(16, 8))
	}
	return blocks
}

// batches: two threads take batches of free blocks, and give one back.
func batches(batch int) Program {
	var b builder
	p := b.filled("batches", batch, 6)
	for range 2 {
		b.free(b.several(batch + 1)...)
		p.Threads = append(p.Threads, b.take())
	}
	return p
}

// again: while one thread takes a batch, another takes it, takes two more as well, and gives
// the first one back, with the same block at its head.
func again(batch int) Program {
	var b builder
	p := b.filled("the same head again", batch, 6)
	b.several(2)
	p.Threads = append(p.Threads, b.take())
	blocks := b.several(3 * batch)
	b.free(blocks[1:batch]...)
	b.free(blocks[0])
	b.free(blocks[batch : 2*batch+1]...)
	p.Threads = append(p.Threads, b.take())
	return p
}
