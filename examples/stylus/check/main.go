// SPDX-License-Identifier: MIT OR Apache-2.0

// Command check tells whether a module may be deployed as a Stylus contract.
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
		fmt.Printf("%s: %d bytes, a contract by the rules of Stylus\n", file, len(module))
	}
}
