// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// command returns the command genalloc; TestMain goes by the first argument.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path)
	c.Args = append([]string{"genalloc"}, args...)
	return c
}

// twoModules writes an output and returns it with the bytes of two runs that
// may replace it, and the time that one of them takes.
func twoModules(t *testing.T) (output string, argsA, argsB []string, a, b []byte, took time.Duration) {
	t.Helper()
	output = filepath.Join(t.TempDir(), "x.wasm")
	argsA = []string{"--no-validate", "-o", output}
	argsB = append([]string{"--fixed-align", "16"}, argsA...)
	build := func(args []string) []byte {
		start := time.Now()
		if out, err := command(t, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		took = time.Since(start)
		module, err := os.ReadFile(output)
		if err != nil {
			t.Fatal(err)
		}
		return module
	}
	b = build(argsB)
	a = build(argsA)
	if bytes.Equal(a, b) {
		t.Fatal("the two runs write the same bytes")
	}
	return output, argsA, argsB, a, b, took
}

func expectOneOf(t *testing.T, output string, a, b []byte) {
	t.Helper()
	got, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, a) && !bytes.Equal(got, b) {
		t.Fatalf("%d bytes that neither run wrote", len(got))
	}
}

// TestKilled kills runs at any moment of their life: the output is the old file
// or the new one. That a write which fails half-way leaves the old file is
// tested without chance by write-failed.txtar.
func TestKilled(t *testing.T) {
	output, argsA, argsB, a, b, took := twoModules(t)
	for i := range 20 {
		c := command(t, [][]string{argsB, argsA}[i%2]...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(took))))
		c.Process.Kill()
		c.Wait() // its status says which came first, the end or the signal
		expectOneOf(t, output, a, b)
	}
}

// TestConcurrent runs two builds with one output: both succeed, and a reader
// never sees anything but the one or the other.
func TestConcurrent(t *testing.T) {
	output, argsA, argsB, a, b, _ := twoModules(t)
	for range 5 {
		var runs sync.WaitGroup
		for _, args := range [][]string{argsA, argsB} {
			c := command(t, args...)
			runs.Go(func() {
				if out, err := c.CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			})
		}
		done := make(chan struct{})
		go func() { runs.Wait(); close(done) }()
		for running := true; running; {
			select {
			case <-done:
				running = false
			case <-time.After(time.Millisecond):
			}
			expectOneOf(t, output, a, b)
		}
	}
}

// TestBrokenPipe writes to a reader that has gone: the run ends by the signal
// that Unix has for this, and says nothing.
func TestBrokenPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	var stderr bytes.Buffer
	c := command(t, "--no-validate", "--quiet", "-o", "-")
	c.Stdout, c.Stderr = w, &stderr
	err = c.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("got %v, want the signal", err)
	}
	if status := exit.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGPIPE {
		t.Errorf("got %v, want SIGPIPE", err)
	}
	if stderr.Len() != 0 {
		t.Errorf("standard error: %s", stderr.String())
	}
}
