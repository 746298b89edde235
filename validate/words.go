// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import "fmt"

// count writes a number of things that have a regular plural.
func count(n uint64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func pageCount(n uint64) string { return count(n, "page") }
func byteCount(n uint64) string { return count(n, "byte") }
