// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

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
