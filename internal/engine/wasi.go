// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/bytecodealliance/wasmtime-go/v39"
)

// WASI says what a program sees of its host. Files are named by their paths.
type WASI struct {
	Args  []string          // the first is the program's own name
	Env   map[string]string // nothing is inherited
	Stdin string            // the file to read; "-" is this process's own, empty none
	// Stdout and Stderr are the files to write; where they are empty, the program
	// writes where this process does.
	Stdout, Stderr string
	Dirs           map[string]string // directories by the name that the program uses
}

// An Exit is what a program that calls proc_exit ends with. Zero is success.
type Exit int32

func (e Exit) Error() string { return fmt.Sprintf("the program exits with status %d", int32(e)) }

// SnapshotPreview1 is the module that WASI programs import from.
const SnapshotPreview1 = "wasi_snapshot_preview1"

// Instance makes an instance of the functions of [SnapshotPreview1], to be imported. Only
// wasmtime has them, and a store has one such host.
func (c WASI) Instance(s Store) (Instance, error) {
	store, ok := s.(*wasmtimeStore)
	if !ok {
		return nil, errors.New("WASI programs run in wasmtime only")
	}
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	store.store.SetWasi(config)
	linker := wasmtime.NewLinker(store.engine.engine)
	if err := linker.DefineWasi(); err != nil {
		return nil, errors.New(lastCause(err.Error()))
	}
	return &wasmtimeInstance{store: store, funcs: map[string]wasmtimeFunc{}, extern: func(name string) wasmtime.AsExtern {
		if x := linker.Get(store.store, SnapshotPreview1, name); x != nil {
			return x
		}
		return nil
	}}, nil
}

func (c WASI) config() (*wasmtime.WasiConfig, error) {
	w := wasmtime.NewWasiConfig()
	w.SetArgv(c.Args)
	// In the order of their names, so that two runs of a program are the same.
	var values []string
	keys := slices.Sorted(maps.Keys(c.Env))
	for _, k := range keys {
		values = append(values, c.Env[k])
	}
	w.SetEnv(keys, values)
	switch c.Stdin {
	case "":
	case "-":
		w.InheritStdin()
	default:
		if err := w.SetStdinFile(c.Stdin); err != nil {
			return nil, fmt.Errorf("stdin: %s cannot be read", c.Stdin)
		}
	}
	for _, out := range []struct {
		path    string
		set     func(string) error
		inherit func()
	}{{c.Stdout, w.SetStdoutFile, w.InheritStdout}, {c.Stderr, w.SetStderrFile, w.InheritStderr}} {
		if out.path == "" {
			out.inherit()
		} else if err := out.set(out.path); err != nil {
			return nil, fmt.Errorf("%s cannot be written", out.path)
		}
	}
	for _, guest := range slices.Sorted(maps.Keys(c.Dirs)) {
		dir := c.Dirs[guest]
		if err := w.PreopenDir(dir, guest, wasmtime.DIR_READ|wasmtime.DIR_WRITE, wasmtime.FILE_READ|wasmtime.FILE_WRITE); err != nil {
			return nil, fmt.Errorf("directory %s cannot be opened", dir)
		}
	}
	return w, nil
}
