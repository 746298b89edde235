// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import "fmt"

// PageSize is the size of a memory page in bytes (specification, 4.2.8).
const PageSize = 65536

// ValType is a value type in its binary form (specification, 5.3.1 to 5.3.4).
type ValType byte

const (
	I32       ValType = 0x7f
	I64       ValType = 0x7e
	F32       ValType = 0x7d
	F64       ValType = 0x7c
	V128      ValType = 0x7b
	FuncRef   ValType = 0x70
	ExternRef ValType = 0x6f
)

var valTypeNames = map[ValType]string{
	I32: "i32", I64: "i64", F32: "f32", F64: "f64", V128: "v128",
	FuncRef: "funcref", ExternRef: "externref",
}

func (t ValType) known() bool { return valTypeNames[t] != "" }
func (t ValType) isRef() bool { return t == FuncRef || t == ExternRef }

// String returns the name in the text format.
func (t ValType) String() string {
	if s := valTypeNames[t]; s != "" {
		return s
	}
	return fmt.Sprintf("type 0x%02x", byte(t))
}

// Module is a decoded module. Functions, tables, memories and globals that are
// imported stand in Imports alone and come first in their index spaces.
type Module struct {
	Types     []FuncType
	Imports   []Import
	Funcs     []Func // the function section and the code section in one
	Tables    []Table
	Memories  []Limits
	Globals   []Global
	Exports   []Export
	Start     *uint32
	Elements  []Element
	DataCount *uint32
	Data      []Data
	Customs   []Custom
}

// FuncType is the type of a function.
type FuncType struct {
	Params, Results []ValType
}

// ExternKind tells what an import or export is (specification, 5.5.5).
type ExternKind byte

const (
	KindFunc ExternKind = iota
	KindTable
	KindMemory
	KindGlobal
)

var kindNames = [...]string{"func", "table", "memory", "global"}

// String returns the keyword of the text format.
func (k ExternKind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind 0x%02x", byte(k))
}

// Import is an imported item; Kind tells which of the last four fields counts.
type Import struct {
	Module, Name string
	Kind         ExternKind

	Type   uint32 // of a function: an index into Module.Types
	Table  TableType
	Memory Limits
	Global GlobalType
}

// Limits bound a memory in pages, or a table in elements.
type Limits struct {
	Min, Max uint64 // Max counts if HasMax
	HasMax   bool
	Shared   bool
	Is64     bool // addressed by i64
}

// AddrType returns the type of addresses and sizes: i32, or i64 if Is64.
func (l Limits) AddrType() ValType {
	if l.Is64 {
		return I64
	}
	return I32
}

// TableType is the type of a table.
type TableType struct {
	Elem   ValType
	Limits Limits
}

// Table is a table defined in the module.
type Table = TableType

// GlobalType is the type of a global.
type GlobalType struct {
	Type    ValType
	Mutable bool
}

// Global is a global defined in the module. Init ends with its end.
type Global struct {
	Type GlobalType
	Init []Instr
}

// Func is a function defined in the module.
type Func struct {
	Type   uint32  // an index into Module.Types
	Locals []Local // parameters not included
	Body   []Instr // ends with the function's own end

	// Offset and Size, in bytes, are where Decode found the function's locals
	// and body in the file. Encode does not look at them.
	Offset, Size int
}

// Local declares Count locals of one type.
type Local struct {
	Count uint32
	Type  ValType
}

// Export makes an item of the module known by a name.
type Export struct {
	Name  string
	Kind  ExternKind
	Index uint32 // in the index space of Kind
}

// Flags of Element.Flags (specification, 5.5.12).
const (
	ElemPassive     = 1 // passive; with ElemIndex also set, declarative
	ElemIndex       = 2 // active with an explicit table, or see above
	ElemExpressions = 4 // Exprs instead of Funcs
)

// Element is an element segment, close to its binary form.
type Element struct {
	Flags  uint32
	Table  uint32  // if active, with ElemIndex
	Offset []Instr // if active; ends with its end
	Type   ValType // FuncRef unless expressions say otherwise
	Funcs  []uint32
	Exprs  [][]Instr
}

// Flags of Data.Flags (specification, 5.5.14).
const (
	DataPassive = 1
	DataIndex   = 2 // active with an explicit memory
)

// Data is a data segment, close to its binary form.
type Data struct {
	Flags  uint32
	Memory uint32  // with DataIndex
	Offset []Instr // unless passive; ends with its end
	Init   []byte
}

// Custom is a custom section.
type Custom struct {
	Name    string
	Payload []byte    // what follows the name
	After   SectionID // the section it stands behind; 0 at the module's start
}
