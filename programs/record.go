// SPDX-License-Identifier: MIT OR Apache-2.0

package programs

import (
	"bytes"
	"context"
	"errors"
	"os"

	"github.com/genalloc/genalloc/advise"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/record"
	"github.com/genalloc/genalloc/trace"
)

// Record returns what a program asks of the libc's own allocator. A program that needs
// more of its host than WASI is not recorded.
func (b Builder) Record(p Program) ([]trace.Op, error) {
	b.Names = true
	file, err := b.Link(p, Allocator{})
	if err != nil {
		return nil, err
	}
	instrumented, err := record.Instrument(file, nil)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	w := trace.NewWriter(&text)
	o := record.Options{Stdout: os.DevNull}
	o.Args, o.Dirs = b.World(p)
	if _, err := instrumented.Run(o, w); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return trace.NewReader(&text).ReadAll()
}

// advice returns the command that genalloc advise prints for a program, or why there is
// none.
func (b Builder) advice(p Program) string {
	ops, err := b.Record(p)
	if err != nil {
		return "cannot be recorded: " + err.Error()
	}
	a, err := advise.Trace(context.Background(), ops, advise.Options{ABI: contract.C})
	if err != nil {
		return err.Error()
	}
	return "`" + a.Configurations[0].Command + "`"
}

// misuse returns what a debug build finds in a program.
func (b Builder) misuse(p Program, e engine.Engine) string {
	file, err := b.Link(p, Allocator{Name: "debug", Flags: "--abi=c --debug --strategy=" + string(contract.Default().Strategy)})
	if err == nil {
		_, err = b.Run(p, e, file)
	}
	var trap engine.Trap
	switch {
	case err == nil:
		return "no misuse"
	case errors.As(err, &trap):
		return "misuse: " + err.Error()
	}
	return err.Error()
}
