// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"errors"
	"regexp"
	"strings"

	"github.com/bytecodealliance/wasmtime-go/v39"
)

// Validate fails for bytes that are not a valid module.
func Validate(file []byte) error {
	err := wasmtime.ModuleValidate(Default().(*wasmtimeEngine).engine, file)
	if err != nil {
		return errors.New(lastCause(err.Error()))
	}
	return nil
}

// A SyntaxError says why a text is not a module's.
type SyntaxError struct {
	Place  string // line:column, counted from 1; empty where the assembler names none
	Reason string // one line
}

func (e *SyntaxError) Error() string { return strings.TrimPrefix(e.Place+": "+e.Reason, ": ") }

// place is where the assembler's message has the line and the column.
var place = regexp.MustCompile(`--> <anon>:(\d+:\d+)`)

// Assemble turns the text format into a module. The error is a [*SyntaxError].
func Assemble(text string) ([]byte, error) {
	file, err := wasmtime.Wat2Wasm(text)
	if err == nil {
		return file, nil
	}
	// The message goes on with a picture of the place and a backtrace.
	e := new(SyntaxError)
	e.Reason, _, _ = strings.Cut(err.Error(), "\n")
	if at := place.FindStringSubmatch(err.Error()); at != nil {
		e.Place = at[1]
	}
	return nil, e
}
