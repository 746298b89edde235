// SPDX-License-Identifier: MIT OR Apache-2.0

// Command check reports whether a module meets the rules for Stylus contracts.
package main

import (
	"fmt"
	"os"

	"github.com/genalloc/genalloc/stylus"
)

func main() {
	for _, file := range os.Args[1:] {
		module, err := os.ReadFile(file)
		if err == nil {
			err = stylus.Check(module)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "check: %s: %v\n", file, err)
			os.Exit(1)
		}
		fmt.Printf("%s: %d bytes, meets the rules for Stylus contracts\n", file, len(module))
	}
}
