// SPDX-License-Identifier: MIT OR Apache-2.0

// Package unit writes numbers with what they count.
package unit

import (
	"fmt"
	"math"
)

// Count writes a number of things that have a regular plural.
func Count(n uint64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Pages writes a number of pages.
func Pages(n uint64) string { return Count(n, "page") }

// Bytes writes a number of bytes.
func Bytes(n uint64) string { return Count(n, "byte") }

// Grouped writes a number with a comma before every three digits.
func Grouped(n uint64) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", Grouped(n/1000), n%1000)
}

// Rounded is Grouped for a number that need not be whole.
func Rounded(v float64) string { return Grouped(uint64(math.RoundToEven(v))) }
