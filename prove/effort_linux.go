// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"runtime"
	"syscall"
	"time"
)

// stopwatch returns a function that tells how many seconds a processor has worked for
// the goroutine since, and has to be called once.
func stopwatch() (seconds func() float64) {
	runtime.LockOSThread()
	start := threadTime()
	return func() float64 {
		defer runtime.UnlockOSThread()
		return (threadTime() - start).Seconds()
	}
}

func threadTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
