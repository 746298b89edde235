// SPDX-License-Identifier: MIT OR Apache-2.0

// Package driver hands inputs of another fuzzer to a target that is written for go test.
// The package testing runs the target as a worker does, with this package in the place
// of the process that sends the inputs.
package driver

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// entry is what package testing calls an entry of the corpus.
type entry = struct {
	Parent     string
	Path       string
	Data       []byte
	Values     []any
	Generation int
	IsSeed     bool
}

// Start starts the target and returns the function that runs it on an input. The target
// finds its package's testdata below data/ beside the program. With SEEDS in the
// environment, Start writes the target's seeds into that directory instead, and exits.
func Start(pkg, name string, target func(*testing.F)) func(input []byte) {
	before, err := os.Getwd()
	try(err)
	program, err := os.Executable()
	try(err)
	try(os.Chdir(filepath.Join(filepath.Dir(program), "data", pkg)))
	os.Args = []string{name, "-test.fuzz=^" + name + "$", "-test.run=^$", "-test.fuzzcachedir=" + os.TempDir()}
	d := &deps{run: make(chan func(entry) error)}
	targets := []testing.InternalFuzzTarget{{Name: name, Fn: target}}
	m := testing.MainStart(d, nil, nil, targets, nil)
	if m.Run(); d.kind == nil {
		try(fmt.Errorf("%s does not call Fuzz with one argument", name))
	}
	if seeds := os.Getenv("SEEDS"); seeds != "" {
		for i, s := range d.seeds {
			try(os.WriteFile(filepath.Join(seeds, fmt.Sprint(i)), s, 0o666))
		}
		os.Exit(0)
	}
	try(flag.Set("test.fuzzworker", "true"))
	go m.Run()
	run := <-d.run
	try(os.Chdir(before))
	return func(input []byte) {
		value := reflect.ValueOf(bytes.Clone(input)).Convert(d.kind).Interface()
		try(run(entry{Values: []any{value}}))
	}
}

// try ends the process as a crash, which is what fuzzers look for.
func try(err error) {
	if err != nil {
		panic(err)
	}
}

// deps is what package testing asks for the target's seeds and for inputs.
type deps struct {
	kind  reflect.Type // of the target's argument: bytes or a string
	seeds [][]byte
	run   chan func(entry) error
}

// CoordinateFuzzing is called in the first run, with what the target added.
func (d *deps) CoordinateFuzzing(_ time.Duration, _ int64, _ time.Duration, _ int64, _ int, seeds []entry, types []reflect.Type, _, _ string) error {
	if len(types) != 1 {
		return nil
	}
	d.kind = types[0]
	for _, s := range seeds {
		if len(s.Values) == 1 {
			d.seeds = append(d.seeds, reflect.ValueOf(s.Values[0]).Convert(reflect.TypeFor[[]byte]()).Bytes())
		}
	}
	return nil
}

// literal is the line of a corpus file that has the value.
var literal = regexp.MustCompile(`(?m)^(?:\[\]byte|string)\((".*")\)$`)

// ReadCorpus reads the inputs in the target's testdata.
func (d *deps) ReadCorpus(dir string, _ []reflect.Type) ([]entry, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if value := literal.FindSubmatch(text); value != nil {
			seed, err := strconv.Unquote(string(value[1]))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			d.seeds = append(d.seeds, []byte(seed))
		}
	}
	return nil, err
}

// RunFuzzWorker is called in the second run, with what runs the target on an input.
func (d *deps) RunFuzzWorker(run func(entry) error) error {
	d.run <- run
	select {}
}

func (*deps) MatchString(pattern, s string) (bool, error) { return regexp.MatchString(pattern, s) }
func (*deps) CheckCorpus([]any, []reflect.Type) error     { return nil }
func (*deps) ImportPath() string                          { return "" }
func (*deps) ModulePath() string                          { return "" }
func (*deps) SetPanicOnExit0(bool)                        {}
func (*deps) StartCPUProfile(io.Writer) error             { return nil }
func (*deps) StopCPUProfile()                             {}
func (*deps) StartTestLog(io.Writer)                      {}
func (*deps) StopTestLog() error                          { return nil }
func (*deps) WriteProfileTo(string, io.Writer, int) error { return nil }
func (*deps) ResetCoverage()                              {}
func (*deps) SnapshotCoverage()                           {}
func (*deps) InitRuntimeCoverage() (string, func(string, string) (string, error), func() float64) {
	return "", nil, nil
}
