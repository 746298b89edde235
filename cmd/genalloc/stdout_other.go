// SPDX-License-Identifier: MIT OR Apache-2.0

//go:build !unix

package main

import (
	"io"
	"os"
)

// standardOutput returns the stream. Only Unix can tell whether it is closed.
func standardOutput() io.Writer { return os.Stdout }
