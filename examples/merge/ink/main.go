// SPDX-License-Identifier: MIT OR Apache-2.0

// Command ink calls the function run of each module once, and prints its result and its
// cost.
package main

import (
	"fmt"
	"os"

	"github.com/genalloc/genalloc/cost"
)

func main() {
	for _, file := range os.Args[1:] {
		if err := meter(file); err != nil {
			fmt.Fprintf(os.Stderr, "ink: %s: %v\n", file, err)
			os.Exit(1)
		}
	}
}

func meter(file string) error {
	module, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	m, err := cost.New(module, cost.Config{})
	if err != nil {
		return err
	}
	defer m.Close()
	results, c, err := m.Call("run")
	if err != nil {
		return err
	}
	fmt.Printf("%s: run() = %d, %d ink, %d instructions\n", file, results[0], c.Ink, c.Instructions)
	return nil
}
