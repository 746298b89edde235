// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"errors"
	"fmt"
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

// place is where the assembler's message has the line and the column.
var place = regexp.MustCompile(`--> <anon>:(\d+):(\d+)`)

// Assemble turns the text format into a module.
func Assemble(text string) ([]byte, error) {
	file, err := wasmtime.Wat2Wasm(text)
	if err == nil {
		return file, nil
	}
	// The message goes on with a picture of the place and a backtrace.
	what, _, _ := strings.Cut(err.Error(), "\n")
	if at := place.FindStringSubmatch(err.Error()); at != nil {
		return nil, fmt.Errorf("line %s, column %s: %s", at[1], at[2], what)
	}
	return nil, errors.New(what)
}
