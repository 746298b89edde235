// SPDX-License-Identifier: MIT OR Apache-2.0

package engine_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
)

// echo copies its standard input to its standard output, and exits with the
// number of its arguments.
const echo = `(module
	(import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
	(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
	(import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
	(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
	(memory (export "memory") 1)
	(data (i32.const 0) "\20\00\00\00\00\01\00\00")
	(func (export "_start")
		(drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
		(drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
		(drop (call $args (i32.const 12) (i32.const 16)))
		(call $exit (i32.load (i32.const 12)))))`

func TestWASI(t *testing.T) {
	file, err := engine.Assemble(echo)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	if err := os.WriteFile(in, []byte("said"), 0o666); err != nil {
		t.Fatal(err)
	}
	store := engine.Default().NewStore()
	defer store.Close()
	host, err := engine.WASI{Args: []string{"echo", "a", "b"}, Stdin: in, Stdout: out}.Instance(store)
	if err != nil {
		t.Fatal(err)
	}
	program, err := engine.Instantiate(store, file, engine.Imports{engine.SnapshotPreview1: host})
	if err != nil {
		t.Fatal(err)
	}
	_, err = program.Call("_start")
	var status engine.Exit
	if !errors.As(err, &status) || status != 3 {
		t.Errorf("got %v, want an exit with status 3", err)
	}
	if got, err := os.ReadFile(out); string(got[:min(4, len(got))]) != "said" {
		t.Errorf("wrote %q, %v", got, err)
	}
	if _, err := (engine.WASI{Stdin: filepath.Join(dir, "none")}).Instance(store); err == nil {
		t.Error("a missing stdin is accepted")
	}
	wazero := engine.NewWazero()
	defer wazero.Close()
	other := wazero.NewStore()
	defer other.Close()
	if _, err := (engine.WASI{}).Instance(other); err == nil {
		t.Error("wazero takes it")
	}
}
