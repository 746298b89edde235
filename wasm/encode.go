// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import (
	"fmt"
	"unicode/utf8"
)

// Encode writes the module with minimal LEBs and without empty sections. It
// fails for what the binary format has no words for, such as an unknown opcode
// or a body that its end does not close; it does not validate.
func (m *Module) Encode() ([]byte, error) {
	b, _, err := m.EncodePadded(nil)
	return b, err
}

// Site is an immediate that was written padded.
type Site struct {
	Func  int // index into Module.Funcs
	Instr int // index into Func.Body
	// Offset is where the LEB starts, in bytes from the start of the payload
	// of the code section, which is how relocations count.
	Offset int
}

// EncodePadded is Encode for relocatable objects. Where pad returns true for
// instruction instr of m.Funcs[fn], the instruction's relocatable immediates are
// written at full width and reported, in the order of the file: an index of a
// function, global, table or type, an integer constant, or the offset of a
// memory access. An instruction without one is an error. A nil pad pads nothing.
func (m *Module) EncodePadded(pad func(fn, instr int) bool) ([]byte, []Site, error) {
	e := &encoder{m: m, pad: pad}
	out := append([]byte(magic), version...)
	out = e.customs(out, SectionCustom)
	for _, id := range sectionOrder {
		if payload := e.section(id); payload != nil {
			out = appendSized(append(out, byte(id)), payload)
		}
		out = e.customs(out, id)
	}
	for _, c := range m.Customs {
		if c.After != SectionCustom && c.After.rank() == 0 {
			e.fail("custom section %q: no section has id %d to stand behind", c.Name, byte(c.After))
		}
	}
	if e.err != nil {
		return nil, nil, e.err
	}
	return out, e.sites, nil
}

// encoder appends to slices that its methods take and return. The first error
// sticks and the bytes are thrown away in the end.
type encoder struct {
	m     *Module
	pad   func(fn, instr int) bool
	sites []Site
	err   error
}

func (e *encoder) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf(format, args...)
	}
}

func (e *encoder) customs(b []byte, after SectionID) []byte {
	for _, c := range e.m.Customs {
		if c.After == after {
			payload := append(e.name(nil, c.Name), c.Payload...)
			b = appendSized(append(b, byte(SectionCustom)), payload)
		}
	}
	return b
}

func (e *encoder) name(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		e.fail("name %q is not valid utf-8", s)
	}
	return appendSized(b, s)
}

// section returns the payload, nil if the section is left out.
func (e *encoder) section(id SectionID) []byte {
	m := e.m
	switch id {
	case SectionType:
		return list(m.Types, e.funcType)
	case SectionImport:
		return list(m.Imports, e.importItem)
	case SectionFunction:
		return list(m.Funcs, func(b []byte, f *Func) []byte { return AppendULEB(b, uint64(f.Type)) })
	case SectionTable:
		return list(m.Tables, e.table)
	case SectionMemory:
		return list(m.Memories, e.limits)
	case SectionGlobal:
		return list(m.Globals, e.global)
	case SectionExport:
		return list(m.Exports, e.export)
	case SectionStart:
		return optional(m.Start)
	case SectionElement:
		return list(m.Elements, e.element)
	case SectionDataCount:
		return optional(m.DataCount)
	case SectionCode:
		return e.code()
	case SectionData:
		return list(m.Data, e.data)
	}
	return nil
}

// list encodes a vector, or nothing if it is empty.
func list[T any](v []T, one func([]byte, *T) []byte) []byte {
	if len(v) == 0 {
		return nil
	}
	b := AppendULEB(nil, uint64(len(v)))
	for i := range v {
		b = one(b, &v[i])
	}
	return b
}

func optional(v *uint32) []byte {
	if v == nil {
		return nil
	}
	return AppendULEB(nil, uint64(*v))
}

func (e *encoder) importItem(b []byte, im *Import) []byte {
	b = e.name(e.name(b, im.Module), im.Name)
	b = append(b, byte(im.Kind))
	switch im.Kind {
	case KindFunc:
		return AppendULEB(b, uint64(im.Type))
	case KindTable:
		return e.table(b, &im.Table)
	case KindMemory:
		return e.limits(b, &im.Memory)
	case KindGlobal:
		return e.globalType(b, im.Global)
	}
	e.fail("import %q %q: unknown %s", im.Module, im.Name, im.Kind)
	return b
}

func (e *encoder) export(b []byte, x *Export) []byte {
	b = append(e.name(b, x.Name), byte(x.Kind))
	return AppendULEB(b, uint64(x.Index))
}

func (e *encoder) funcType(b []byte, t *FuncType) []byte {
	b = append(b, formFunc)
	for _, v := range [...][]ValType{t.Params, t.Results} {
		b = AppendULEB(b, uint64(len(v)))
		for _, t := range v {
			b = append(b, byte(t))
		}
	}
	return b
}

func (e *encoder) limits(b []byte, l *Limits) []byte {
	b = AppendULEB(append(b, l.flags()), l.Min)
	if l.HasMax {
		b = AppendULEB(b, l.Max)
	}
	return b
}

func (e *encoder) table(b []byte, t *Table) []byte {
	return e.limits(append(b, byte(t.Elem)), &t.Limits)
}

func (e *encoder) globalType(b []byte, t GlobalType) []byte {
	b = append(b, byte(t.Type), 0)
	if t.Mutable {
		b[len(b)-1] = 1
	}
	return b
}

func (e *encoder) global(b []byte, g *Global) []byte {
	return e.expr(e.globalType(b, g.Type), g.Init, "initialiser of a global")
}
