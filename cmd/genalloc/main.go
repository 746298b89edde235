// SPDX-License-Identifier: MIT OR Apache-2.0

// Command genalloc generates WebAssembly allocators from a specification.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/files"
	"github.com/genalloc/genalloc/internal/plain"
)

func main() {
	// The engine is written in Rust and prints a backtrace of its own into
	// error texts where RUST_BACKTRACE is set; users asked for one line.
	os.Setenv("RUST_LIB_BACKTRACE", "0")
	os.Exit(run(os.Args[1:], streams{os.Stdin, standardOutput(), os.Stderr}, emit))
}

// A maker turns a contract into the text of a module and the module itself.
// It is a parameter so that tests can supply one that makes wrong modules.
type maker func(contract.Contract) (text string, module []byte, err error)

// streams are what a verb reads and writes, so that tests can supply them.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// print writes to standard output.
func (s streams) print(b []byte) error {
	if _, err := s.out.Write(b); err != nil {
		return fmt.Errorf("standard output: %w", files.Cause(err))
	}
	return nil
}

// printJSON writes a value to standard output as indented JSON.
func (s streams) printJSON(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // types have arrows
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	return s.print(b.Bytes())
}

// show prints a value as JSON if that is asked for, and otherwise what the function
// writes: in one piece, so that no error of the stream is lost.
func (s streams) show(v any, asJSON bool, write func(w io.Writer)) error {
	if asJSON {
		return s.printJSON(v)
	}
	var b bytes.Buffer
	write(&b)
	return s.print(b.Bytes())
}

// Exit statuses.
const (
	exitDone      = 0
	exitWrong     = 1 // the module is wrong, or the output is out of date
	exitUsage     = 2 // the command line is wrong, or a file cannot be read or written
	exitUndecided = 3 // an obligation is neither proved nor refuted
)

// An exitError carries the status to exit with. Of several in one chain, the
// outermost decides.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// wrong marks an error in a module; usage, one in the command line, whatever the
// error says itself.
func wrong(err error) error { return &exitError{status: exitWrong, err: err} }
func usage(err error) error { return &exitError{status: exitUsage, err: err} }

// run executes one command line and returns the exit status.
func run(args []string, s streams, m maker) int {
	root := newRoot(s, args, m)
	// Cobra prints help and version, and would drop an error or reword it.
	var told bytes.Buffer
	root.SetOut(&told)
	err := root.Execute()
	if err == nil && told.Len() > 0 {
		err = s.print(told.Bytes())
	}
	if err == nil {
		return exitDone
	}
	fmt.Fprintf(s.err, "genalloc: %s\n", plain.Text(strings.TrimSpace(err.Error())))
	var exit *exitError
	if errors.As(err, &exit) {
		return exit.status
	}
	return exitUsage
}

// newRoot returns the command: build is the verb where none is named.
func newRoot(s streams, args []string, m maker) *cobra.Command {
	root := newBuild("genalloc", s, m)
	root.Version = version(debug.ReadBuildInfo())
	root.SetVersionTemplate("{{.Version}}\n")
	root.AddCommand(
		newBuild("build", s, m),
		newValidate(s),
		newInspect(s),
		newBindings(s),
		newCheck(s, m),
		newCost(s),
		newBench(s, m),
		newAdvise(s),
		newRecord(s),
		newTrace(s),
		newProve(s),
		newMinimal(s),
		newABIs(s),
		newVersion(s),
		newCompletion(s),
	)
	describeVerbs(root)
	eachFlag(root, describe)
	eachFlag(root, addCompletion)
	eachFlag(root, refuseRepeated)
	explainBooleans(root, args)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelp(s))
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { io.WriteString(c.OutOrStdout(), helpFor(c)) })
	root.SetFlagErrorFunc(flagError)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetArgs(args)
	return root
}
