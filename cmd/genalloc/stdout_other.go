// SPDX-License-Identifier: MIT OR Apache-2.0

//go:build !unix

package main

import (
	"io"
	"os"
)

// standardOutput is the stream; elsewhere it is not looked at.
func standardOutput() io.Writer { return os.Stdout }
