// SPDX-License-Identifier: MIT OR Apache-2.0

package trace

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/genalloc/genalloc/internal/files"
)

// A Writer writes a trace. What it writes is buffered until Close.
type Writer struct {
	lines  *bufio.Writer
	counts counts
	line   []byte
	finish func() error // nil if there is nothing to close
	drop   func() error
}

// NewWriter returns a writer that has written the first line.
func NewWriter(w io.Writer) *Writer {
	lines := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(lines, "%s%d\n", header, version)
	return &Writer{lines: lines}
}

// Create returns a writer of a file, compressed with gzip if its name ends in .gz. The
// file appears, or is replaced, when Close succeeds.
func Create(path string) (*Writer, error) {
	f, err := files.Create(path)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(path, ".gz") {
		w := NewWriter(f)
		w.finish, w.drop = f.Commit, f.Discard
		return w, nil
	}
	z := gzip.NewWriter(f)
	w := NewWriter(z)
	w.finish = func() error {
		if err := z.Close(); err != nil {
			return err
		}
		return f.Commit()
	}
	w.drop = f.Discard
	return w, nil
}

// Write writes an operation. It refuses what a reader would refuse or read otherwise.
func (w *Writer) Write(op Op) error {
	err := op.check()
	if err == nil {
		err = op.checkText()
	}
	if err == nil {
		err = w.counts.add(op)
	}
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	b := append(w.line[:0], op.Kind.String()...)
	put := func(n uint64) { b = strconv.AppendUint(append(b, ' '), n, 10) }
	switch op.Kind {
	case Memory:
		put(uint64(op.Size))
		put(uint64(op.Base))
	case Alloc, Zero:
		if put(uint64(op.Size)); op.Align != 0 {
			put(uint64(op.Align))
		}
	case Resize:
		put(uint64(op.Block))
		put(uint64(op.Size))
	case Free, Release:
		put(uint64(op.Block))
	case Grow:
		put(uint64(op.Size))
	case Phase:
		b = append(append(b, ' '), op.Text...)
	}
	w.line = append(b, '\n')
	_, err = w.lines.Write(w.line)
	return err
}

// checkText refuses a text that would not be read as it is written.
func (op Op) checkText() error {
	if strings.TrimSpace(op.Text) != op.Text || strings.Contains(op.Text, "\n") {
		return fmt.Errorf("text %.40q of a phase is not one line without space around it", op.Text)
	}
	return nil
}

// Comment writes a line for people to read. Line breaks become spaces.
func (w *Writer) Comment(text string) error {
	text = strings.Join(strings.Fields(text), " ")
	_, err := fmt.Fprintf(w.lines, "# %.*s\n", maxText, text)
	return err
}

// Close writes what is left and finishes the file that Create began.
func (w *Writer) Close() error {
	if err := w.lines.Flush(); err != nil {
		return errors.Join(err, w.Discard())
	}
	if w.finish == nil {
		return nil
	}
	return w.finish()
}

// Discard drops the file that Create began. After Close it does nothing.
func (w *Writer) Discard() error {
	if w.drop == nil {
		return nil
	}
	return w.drop()
}
