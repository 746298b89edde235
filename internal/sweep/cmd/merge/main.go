// SPDX-License-Identifier: MIT OR Apache-2.0

// Merge adds up the results of all parts of a run. It exits 1 if a part is missing or
// there twice, or if one found something wrong.
//
//	go run ./internal/sweep/cmd/merge FILE...
package main

import (
	"fmt"
	"os"

	"github.com/genalloc/genalloc/internal/sweep"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "merge:", err)
		os.Exit(1)
	}
}

func run(paths []string) error {
	whole, err := sweep.Merge(paths)
	if err != nil {
		return err
	}
	if err := whole.Write(os.Stdout); err != nil {
		return err
	}
	return whole.Err()
}
