// SPDX-License-Identifier: MIT OR Apache-2.0

// Package trace reads recorded traces of a program's allocations and frees.
package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// An Op is one line of a trace.
type Op struct {
	Free bool
	N    uint32 // bytes requested, or the number of the request, from 0, whose block is freed
}

// most is the largest number of operations. A trace of that many fits easily into a
// 32-bit memory.
const most = 10_000_000

// longest is the most bytes in a line. No operation comes near it.
const longest = 4096

// Parse reads a trace, one operation a line: Alloc(n) requests n bytes, Free(k)
// frees the block of the k-th Alloc, counted from 0. A comma may follow, and lines
// may be empty. A second Free of a block has no effect. Errors name the line.
func Parse(r io.Reader) ([]Op, error) {
	var ops []Op
	var allocs uint32
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longest)
	number := 0
	for lines.Scan() {
		number++
		text := strings.TrimSuffix(strings.TrimSpace(lines.Text()), ",")
		if text == "" {
			continue
		}
		op, err := parseLine(text)
		switch {
		case err != nil:
		case op.Free && op.N >= allocs:
			err = fmt.Errorf("allocation %d is not made by any line above", op.N)
		case len(ops) == most:
			err = fmt.Errorf("more than %d operations: cut the trace", most)
		case !op.Free:
			allocs++
		}
		if err != nil {
			return nil, fmt.Errorf("trace line %d: %w", number, err)
		}
		ops = append(ops, op)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("trace line %d: longer than %d bytes: put one operation on a line", number+1, longest)
	case err != nil:
		return nil, err
	case len(ops) == 0:
		return nil, errors.New("trace line 1: no operation in it: write Alloc(n) or Free(k) on each line")
	}
	return ops, nil
}

func parseLine(text string) (Op, error) {
	name, rest, _ := strings.Cut(text, "(")
	digits, closed := strings.CutSuffix(rest, ")")
	if name != "Alloc" && name != "Free" || !closed || strings.Trim(digits, "0123456789") != "" || digits == "" {
		return Op{}, fmt.Errorf("%.40q is neither Alloc(n) nor Free(k)", text)
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return Op{}, fmt.Errorf("%.40s does not fit 32 bits", digits)
	}
	return Op{Free: name == "Free", N: uint32(n)}, nil
}
