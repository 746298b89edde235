// SPDX-License-Identifier: MIT OR Apache-2.0

// Command programs builds and runs all programs with every allocator, and writes
// docs/programs.md. It runs in the root of the repository, after programs/fetch.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/programs"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "programs:", err)
		os.Exit(1)
	}
}

func run() error {
	b, err := programs.NewBuilder(".")
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := b.Write(&page, engine.Default(), os.Stderr); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join("docs", "programs.md"), page.Bytes(), 0o666)
}
