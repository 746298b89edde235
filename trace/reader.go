// SPDX-License-Identifier: MIT OR Apache-2.0

package trace

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"strconv"
)

// A Reader reads a trace, one operation at a time, in this package's format or in that
// of wee_alloc's tests. The first line tells which.
type Reader struct {
	lines  *bufio.Reader
	parse  func(line []byte) (Op, error) // nil until the first line is read
	number int                           // of the line
	counts counts
	err    error // that ended the trace
}

// longest is the most bytes in a line. No operation comes near it.
const longest = 4096

// NewReader returns a reader of the trace, which may be compressed with gzip.
func NewReader(r io.Reader) *Reader {
	lines := bufio.NewReaderSize(r, longest)
	if magic, _ := lines.Peek(2); string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(lines)
		if err != nil {
			return &Reader{err: fmt.Errorf("trace: %w", err)}
		}
		lines = bufio.NewReaderSize(z, longest)
	}
	return &Reader{lines: lines}
}

// Read returns the next operation, or io.EOF after the last. Errors name the line.
func (r *Reader) Read() (op Op, err error) {
	if r.err == nil {
		op, r.err = r.next()
	}
	return op, r.err
}

func (r *Reader) next() (Op, error) {
	for {
		line, err := r.line()
		switch {
		case err != nil:
			return Op{}, err
		case len(line) == 0 || line[0] == '#':
			continue
		case r.parse == nil:
			if r.parse, err = format(line, r.number); err != nil {
				return Op{}, r.fail(err)
			}
			if bytes.HasPrefix(line, []byte(header)) {
				continue
			}
		}
		op, err := r.parse(line)
		if err == nil {
			err = r.counts.add(op)
		}
		if err != nil {
			return Op{}, r.fail(err)
		}
		return op, nil
	}
}

// most is the largest number of operations that ReadAll keeps.
const most = 10_000_000

// ReadAll reads what is left of a trace into memory.
func (r *Reader) ReadAll() (ops []Op, err error) {
	for {
		op, err := r.Read()
		switch {
		case err == io.EOF:
			return ops, nil
		case err != nil:
			return nil, err
		case len(ops) == most:
			return nil, r.fail(fmt.Errorf("more than %d operations: cut the trace", most))
		}
		ops = append(ops, op)
	}
}

func (r *Reader) fail(err error) error { return fmt.Errorf("trace line %d: %w", r.number, err) }

// line returns the next line without the space around it.
func (r *Reader) line() ([]byte, error) {
	line, err := r.lines.ReadSlice('\n')
	if len(line) > 0 {
		r.number++
	}
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, r.fail(fmt.Errorf("longer than %d bytes: put one operation on a line", longest))
	case err == io.EOF && len(line) > 0: // the last line has no line break
	case err == io.EOF && r.parse == nil:
		return nil, fmt.Errorf("trace line 1: no operation in it: begin with the line %q", header+strconv.Itoa(version))
	case err == io.EOF:
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("trace after line %d: %w", r.number, err)
	}
	return bytes.TrimSpace(line), nil
}

// format returns how the lines are read, by the first.
func format(line []byte, number int) (func([]byte) (Op, error), error) {
	digits, ours := bytes.CutPrefix(line, []byte(header))
	v, err := strconv.Atoi(string(digits))
	switch {
	case bytes.HasPrefix(line, []byte("\x00asm")):
		return nil, errors.New("this is a program: run it with genalloc record, which writes its trace")
	case !ours:
		if _, err := parseWee(line); err != nil {
			return nil, fmt.Errorf("%w, and the line %q is missing above it", err, header+strconv.Itoa(version))
		}
		return parseWee, nil
	case number != 1:
		return nil, fmt.Errorf("%s is the first line of a trace: drop what is above it", line)
	case err != nil || v < 1:
		return nil, fmt.Errorf("%.40q is no version of the format: write %d", digits, version)
	case v > version:
		return nil, fmt.Errorf("version %d of the format is newer than this genalloc, which reads %d: use a newer one", v, version)
	}
	return parseLine, nil
}

// parseLine reads a line of this package's format.
func parseLine(line []byte) (op Op, err error) {
	word, rest, _ := bytes.Cut(line, []byte(" "))
	for k := Memory; k <= Phase; k++ {
		if words[k].name == string(word) {
			op.Kind = k
		}
	}
	switch op.Kind {
	case 0:
		return op, fmt.Errorf("%.40q is not one of memory, alloc, zero, resize, free, mark, release, reset, grow, phase", word)
	case Phase:
		op.Text = string(bytes.TrimSpace(rest))
		return op, op.check()
	}
	var n [2]uint32
	count := 0
	for ; len(rest) > 0; count++ {
		if word, rest, _ = bytes.Cut(rest, []byte(" ")); len(word) == 0 {
			count-- // several spaces
			continue
		}
		if count == len(n) {
			return op, fmt.Errorf("%s takes %s", op.Kind, words[op.Kind].form)
		}
		if n[count], err = number(word); err != nil {
			return op, err
		}
	}
	if count != words[op.Kind].numbers && !(op.Kind.Makes() && count == 1) {
		return op, fmt.Errorf("%s takes %s", op.Kind, words[op.Kind].form)
	}
	switch op.Kind {
	case Memory:
		op.Size, op.Base = n[0], n[1]
	case Alloc, Zero:
		if op.Size, op.Align = n[0], n[1]; count == 2 && op.Align == 0 {
			return op, errors.New("alignment 0 is no power of two: leave it out where the program asked for none")
		}
	case Resize:
		op.Block, op.Size = int(n[0]), n[1]
	case Grow:
		op.Size = n[0]
	default:
		op.Block = int(n[0])
	}
	return op, op.check()
}

// check refuses values that no trace can have.
func (op Op) check() error {
	switch {
	case op.Kind < Memory || op.Kind > Phase:
		return fmt.Errorf("%d is no kind of operation", op.Kind)
	case (op.Kind == Memory || op.Kind == Grow) && op.Size > 1<<16:
		return fmt.Errorf("%d is more than the 65536 pages that a memory can have", op.Size)
	case op.Align != 0 && bits.OnesCount32(op.Align) != 1:
		return fmt.Errorf("alignment %d is no power of two", op.Align)
	case op.Kind == Phase && (op.Text == "" || len(op.Text) > maxText):
		return fmt.Errorf("a phase has a text of 1 to %d bytes", maxText)
	}
	return nil
}

// parseWee reads a line of wee_alloc's format: Alloc(n) requests n bytes, Free(k) frees
// the block of the k-th Alloc, counted from 0. A comma may follow.
func parseWee(line []byte) (op Op, err error) {
	line = bytes.TrimSuffix(line, []byte(","))
	name, rest, _ := bytes.Cut(line, []byte("("))
	digits, closed := bytes.CutSuffix(rest, []byte(")"))
	if string(name) != "Alloc" && string(name) != "Free" || !closed || len(bytes.Trim(digits, "0123456789")) != 0 || len(digits) == 0 {
		return op, fmt.Errorf("%.40q is neither Alloc(n) nor Free(k)", line)
	}
	n, err := number(digits)
	if string(name) == "Alloc" {
		return Op{Kind: Alloc, Size: n}, err
	}
	return Op{Kind: Free, Block: int(n)}, err
}

// number reads a decimal number of 32 bits.
func number(digits []byte) (uint32, error) {
	n := uint64(0)
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%.40q is not a number", digits)
		}
		if n = n*10 + uint64(c-'0'); n >= 1<<32 {
			return 0, fmt.Errorf("%.40s does not fit 32 bits", digits)
		}
	}
	return uint32(n), nil
}

// A File is a trace that is read from a file.
type File struct {
	*Reader
	io.Closer
}

// Open opens the trace in a file.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &File{NewReader(f), f}, nil
}
