// SPDX-License-Identifier: MIT OR Apache-2.0

//go:build unix

package main

/*
#include <fcntl.h>

static int closed;

// Before main, where the Go runtime opens /dev/null for streams that are closed:
// what is written would be lost, and nobody told.
__attribute__((constructor)) static void look(void) { closed = fcntl(1, F_GETFD) < 0; }

static int output_closed(void) { return closed; }
*/
import "C"

import (
	"errors"
	"io"
	"os"
)

// standardOutput is the stream, or what refuses to be written to where it is closed.
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
