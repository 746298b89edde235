// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/genalloc/genalloc/internal/files"
)

// An output is a file that a flag names: settled before the work, written after it.
type output struct {
	flag, path string
	to         files.Destination
	content    []byte
}

func settle(flag, path string, makeDir bool) (output, error) {
	to, err := files.Settle(path, makeDir)
	if err != nil {
		err = refuse(flag, "%w", err)
	}
	return output{flag: flag, path: path, to: to}, err
}

func (o output) write(stdout io.Writer) error {
	if err := o.to.Write(o.content, stdout); err != nil {
		return refuse(o.flag, "%w", err)
	}
	return nil
}

// settleReport settles where a report goes beside the one on standard output; nil
// for nowhere.
func settleReport(flag string, path fileName) (*output, error) {
	switch path {
	case "":
		return nil, nil
	case "-":
		return nil, refuse(flag, "standard output is taken by the report: name a file")
	}
	o, err := settle(flag, string(path), false)
	return &o, err
}

// writeReport writes what the function writes. It does nothing for nil.
func (o *output) writeReport(write func(io.Writer) error) error {
	if o == nil {
		return nil
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	o.content = b.Bytes()
	return o.write(nil)
}

// A progress draws a bar on a terminal and nothing elsewhere.
type progress struct {
	w     io.Writer
	drawn bool
}

func newProgress(w io.Writer, quiet bool) *progress {
	if quiet || !isTerminal(w) || os.Getenv("TERM") == "dumb" {
		return &progress{}
	}
	return &progress{w: w}
}

// show redraws the bar.
func (p *progress) show(done, total int, check string) {
	if p.w == nil {
		return
	}
	const width = 30
	full := width * done / max(total, 1)
	fmt.Fprintf(p.w, "\r\x1b[K[%s%s] %d/%d %s", strings.Repeat("#", full), strings.Repeat(".", width-full), done, total, check)
	p.drawn = true
}

// clear removes the bar.
func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
