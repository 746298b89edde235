// SPDX-License-Identifier: MIT OR Apache-2.0

//go:build !linux

package prove

import "time"

// stopwatch returns a function that tells how many seconds have passed.
func stopwatch() (seconds func() float64) {
	start := time.Now()
	return func() float64 { return time.Since(start).Seconds() }
}
