// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
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

// traceLine is an operation: Alloc(n) requests n bytes; Free(k) gives back the
// k-th allocation made so far, counted from 0.
var traceLine = regexp.MustCompile(`^\s*(Alloc|Free)\((\d+)\),?\s*$`)

// maxTrace keeps what a trace needs well inside of the driver's memory.
const maxTrace = 10_000_000

// Trace reads a recorded trace, one operation a line, and returns it as two
// workloads, with every block aligned to 8 and to 16 bytes. Empty lines are
// skipped. The error names the line.
func Trace(name string, r io.Reader) ([]Workload, error) {
	s, err := parseTrace(r)
	if err != nil {
		return nil, fmt.Errorf("trace %s %w", name, err)
	}
	var list []Workload
	for _, align := range []uint32{8, 16} {
		aligned := *s
		aligned.align = align
		list = append(list, Workload{
			Name:     fmt.Sprintf("%s/%d", name, align),
			Doc:      fmt.Sprintf("recorded trace %s, aligned to %d", name, align),
			Op:       "run",
			function: "replay", needs: []string{"alloc", "dealloc"}, script: &aligned,
			metered: amount{s.count(), 1}, timed: amount{s.count(), 1},
		})
	}
	return list, nil
}

func parseTrace(r io.Reader) (*script, error) {
	s := new(script)
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		text := lines.Text()
		if text == "" {
			continue
		}
		m := traceLine.FindStringSubmatch(text)
		if m == nil {
			return nil, fmt.Errorf("line %d: %.40q is neither Alloc(n), nor Free(k),", number, text)
		}
		n, err := strconv.ParseUint(m[2], 10, 64)
		switch {
		case err != nil || n > math.MaxUint32:
			return nil, fmt.Errorf("line %d: %s does not fit 32 bits", number, m[2])
		case m[1] == "Free" && n >= uint64(s.allocs):
			return nil, fmt.Errorf("line %d: allocation %d has not been made yet", number, n)
		case m[1] == "Free":
			s.free(uint32(n))
		default:
			s.alloc(uint32(n))
		}
		if s.count() > maxTrace {
			return nil, fmt.Errorf("line %d: more than %d operations", number, maxTrace)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if s.count() == 0 {
		return nil, fmt.Errorf("line 1: no operation in it")
	}
	return s, nil
}
