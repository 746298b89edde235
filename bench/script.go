// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/trace"
)

// A script is a recorded sequence of operations, as the driver replays them:
// 8 bytes each, little-endian: 0 and a size, or 1 and the number of an
// allocation to give back.
type script struct {
	ops    []byte
	allocs uint32
	align  uint32 // bytes, of every block
}

const opBytes = 8

func (s *script) alloc(size uint32) {
	s.ops = binary.LittleEndian.AppendUint32(s.ops, 0)
	s.ops = binary.LittleEndian.AppendUint32(s.ops, size)
	s.allocs++
}

func (s *script) free(allocation uint32) {
	s.ops = binary.LittleEndian.AppendUint32(s.ops, 1)
	s.ops = binary.LittleEndian.AppendUint32(s.ops, allocation)
}

func (s *script) count() uint32 { return uint32(len(s.ops) / opBytes) }

// table is where the driver keeps address and size of each allocation.
func (s *script) table() uint32 { return uint32(len(s.ops)) }

// bytes is what the driver needs of its own memory.
func (s *script) bytes() uint64 { return uint64(len(s.ops)) + uint64(s.allocs)*8 }

// Trace reads a recorded trace, one operation a line, and returns it as two
// workloads of that name, with every block aligned to 8 and to 16 bytes. Empty
// lines are skipped. The error names the line.
func Trace(name string, r io.Reader) ([]Workload, error) {
	ops, err := trace.Parse(r)
	if err != nil {
		return nil, err
	}
	s := new(script)
	for _, op := range ops {
		if op.Free {
			s.free(op.N)
		} else {
			s.alloc(op.N)
		}
	}
	var list []Workload
	for _, align := range []uint32{8, 16} {
		aligned := *s
		aligned.align = align
		list = append(list, Workload{
			Name:     fmt.Sprintf("%s/%d", name, align),
			Doc:      fmt.Sprintf("recorded trace %s, aligned to %d", name, align),
			Op:       "run",
			function: "replay", needs: []contract.Role{contract.Allocates, contract.Frees}, script: &aligned,
			metered: amount{s.count(), 1}, timed: amount{s.count(), 1},
		})
	}
	return list, nil
}
