// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"errors"
	"regexp"
	"strings"

	"github.com/bytecodealliance/wasmtime-go/v39"
)

// A Trap says in the specification's words why a call did not return.
type Trap string

func (t Trap) Error() string { return string(t) }

// Traps that callers tell apart. The words are those of the specification's test
// suite, except for Endless, which it does not know.
const (
	Unreachable  Trap = "unreachable"
	OutOfBounds  Trap = "out of bounds memory access"
	DivideByZero Trap = "integer divide by zero"
	Exhausted    Trap = "call stack exhausted"
	Endless      Trap = "still running after 2^30 instructions or 20 seconds"
)

// wasmtimeTraps are wasmtime's codes. The binding's OutOfFuel is one below what the
// library returns.
var wasmtimeTraps = map[wasmtime.TrapCode]Trap{
	wasmtime.StackOverflow:          Exhausted,
	wasmtime.MemoryOutOfBounds:      OutOfBounds,
	wasmtime.HeapMisaligned:         "unaligned atomic",
	wasmtime.TableOutOfBounds:       "out of bounds table access",
	wasmtime.IndirectCallToNull:     "uninitialized element",
	wasmtime.BadSignature:           "indirect call type mismatch",
	wasmtime.IntegerOverflow:        "integer overflow",
	wasmtime.IntegerDivisionByZero:  DivideByZero,
	wasmtime.BadConversionToInteger: "invalid conversion to integer",
	wasmtime.UnreachableCodeReached: Unreachable,
	wasmtime.OutOfFuel + 1:          Endless,
}

// wazeroTraps are the reasons that wazero words in its own way.
var wazeroTraps = map[string]Trap{
	"stack overflow":       Exhausted,
	"invalid table access": "out of bounds table access",
}

// nodeTraps are V8's words.
var nodeTraps = map[string]Trap{
	"unreachable":                                  Unreachable,
	"memory access out of bounds":                  OutOfBounds,
	"divide by zero":                               DivideByZero,
	"Maximum call stack size exceeded":             Exhausted,
	"divide result unrepresentable":                "integer overflow",
	"float unrepresentable in integer range":       "invalid conversion to integer",
	"null function or function signature mismatch": "indirect call type mismatch",
	"table index is out of bounds":                 "out of bounds table access",
}

// lastCause returns the last cause in wasmtime's message, without the backtraces:
// that of wasm stands before it and that of wasmtime itself behind.
func lastCause(text string) string {
	if _, causes, ok := strings.Cut(text, "Caused by:"); ok {
		text = causes
	}
	causes, _, _ := strings.Cut(strings.TrimSpace(text), "\n\n")
	lines := strings.Split(causes, "\n") // numbered where there are several
	line := strings.TrimSpace(lines[len(lines)-1])
	if number, rest, ok := strings.Cut(line, ": "); ok && strings.Trim(number, "0123456789") == "" {
		line = rest
	}
	return line
}

// firstLine returns what wazero says before its backtrace.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

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
