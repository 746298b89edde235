// SPDX-License-Identifier: MIT OR Apache-2.0

//go:build unix

package main

/*
#include <fcntl.h>

static int closed;

// This runs before the Go runtime starts, which opens /dev/null in place of a closed
// stream: output would be lost without an error.
__attribute__((constructor)) static void look(void) { closed = fcntl(1, F_GETFD) < 0; }

static int output_closed(void) { return closed; }
*/
import "C"

import (
	"errors"
	"io"
	"os"
)

// standardOutput returns the stream; a closed one fails when it is written to.
func standardOutput() io.Writer {
	if C.output_closed() != 0 {
		return closedOutput{}
	}
	return os.Stdout
}

type closedOutput struct{}

func (closedOutput) Write([]byte) (int, error) {
	return 0, errors.New("the stream is closed: open it, or write to a file")
}
