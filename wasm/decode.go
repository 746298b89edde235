// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

// maxLocals is the number of locals a function may declare, parameters not
// counted: the limit that engines share (JavaScript API, section 5.2).
const maxLocals = 50000

// Decode reads a core module. Errors are of type *Error and name section,
// function and offset.
func Decode(file []byte) (*Module, error) {
	r, err := open(file)
	if err != nil {
		return nil, err
	}
	d := decoder{m: new(Module)}
	var last, after SectionID // the latter without empty sections, which Encode leaves out
	for r.More() {
		at := r.pos
		s := r.nextSection()
		if s.section == SectionCustom {
			d.custom(s, after)
		} else {
			if s.section.rank() <= last.rank() {
				r.fail(at, "%s section out of order: it follows the %s section", s.section, last)
			}
			last = s.section
			if !s.emptyVec() {
				after = last
			}
			d.read(s)
		}
		r.join(s, "section")
	}
	switch m := d.m; { // what sections say about each other's lengths
	case d.code != len(m.Funcs):
		r.Fail("%d functions declared, but %d bodies", len(m.Funcs), d.code)
	case m.DataCount != nil && int64(*m.DataCount) != int64(len(m.Data)):
		r.Fail("data count is %d, but there are %d data segments", *m.DataCount, len(m.Data))
	}
	if r.err != nil {
		return nil, r.err
	}
	return d.m, nil
}

// decoder holds what one section must remember for another.
type decoder struct {
	m     *Module
	funcs int      // imported
	mems  []Limits // imported and defined
	code  int      // function bodies
}

// emptyVec reports whether the section to be read is a vector of length 0.
func (r *Reader) emptyVec() bool {
	ahead := *r
	return r.section != SectionStart && r.section != SectionDataCount && ahead.U32() == 0
}

// read reads the payload of a section into the module.
func (d *decoder) read(r *Reader) {
	m := d.m
	switch r.section {
	case SectionType:
		m.Types = vec(r, "types", (*Reader).funcType)
	case SectionImport:
		m.Imports = vec(r, "imports", (*Reader).importItem)
		for _, im := range m.Imports {
			switch im.Kind {
			case KindFunc:
				d.funcs++
			case KindMemory:
				d.mems = append(d.mems, im.Memory)
			}
		}
	case SectionFunction:
		m.Funcs = vec(r, "functions", func(r *Reader) Func { return Func{Type: r.U32()} })
	case SectionTable:
		m.Tables = vec(r, "tables", (*Reader).table)
	case SectionMemory:
		m.Memories = vec(r, "memories", (*Reader).limits)
		d.mems = append(d.mems, m.Memories...)
	case SectionGlobal:
		m.Globals = vec(r, "globals", d.global)
	case SectionExport:
		m.Exports = vec(r, "exports", (*Reader).export)
	case SectionStart:
		index := r.U32()
		m.Start = &index
	case SectionElement:
		m.Elements = vec(r, "element segments", d.element)
	case SectionDataCount:
		n := r.U32()
		m.DataCount = &n
	case SectionCode:
		d.codeSection(r)
	case SectionData:
		m.Data = vec(r, "data segments", d.data)
	}
}

func (d *decoder) custom(r *Reader, after SectionID) {
	name := r.Name("name of the custom section")
	if payload := r.Rest(); r.ok() {
		d.m.Customs = append(d.m.Customs, Custom{name, payload, after})
	}
}

func (d *decoder) codeSection(r *Reader) {
	at := r.pos
	d.code = r.Count("function bodies")
	if r.ok() && d.code != len(d.m.Funcs) {
		r.fail(at, "%d function bodies, but %d functions declared", d.code, len(d.m.Funcs))
	}
	for i := range d.m.Funcs {
		if !r.ok() {
			return
		}
		r.fn = d.funcs + i
		body := r.Sub(r.U32(), "function body")
		d.funcBody(body, &d.m.Funcs[i])
		r.join(body, "function body")
	}
	r.fn = -1
}

func (d *decoder) funcBody(r *Reader, f *Func) {
	f.Offset, f.Size = r.pos, r.left()
	at := r.pos
	f.Locals = vec(r, "groups of locals", func(r *Reader) Local {
		return Local{Count: r.U32(), Type: r.valType()}
	})
	total := uint64(0)
	for _, l := range f.Locals {
		total += uint64(l.Count)
	}
	if total > maxLocals {
		r.fail(at, "%d locals, the limit is %d", total, maxLocals)
	}
	f.Body = d.expr(r)
}

func (d *decoder) global(r *Reader) Global {
	return Global{Type: r.globalType(), Init: d.expr(r)}
}

func (d *decoder) element(r *Reader) Element {
	at := r.pos
	e := Element{Flags: r.U32(), Type: FuncRef}
	if e.Flags > ElemPassive|ElemIndex|ElemExpressions {
		r.fail(at, "unknown kind of element segment %d", e.Flags)
	}
	if e.Flags&ElemPassive == 0 {
		if e.Flags&ElemIndex != 0 {
			e.Table = r.U32()
		}
		e.Offset = d.expr(r)
	}
	if e.typed() {
		e.Type = r.elemType(e.Flags&ElemExpressions != 0)
	}
	if e.Flags&ElemExpressions != 0 {
		e.Exprs = vec(r, "element expressions", d.expr)
	} else {
		e.Funcs = vec(r, "element functions", (*Reader).U32)
	}
	return e
}

// typed reports whether the segment's binary form spells out a type: all do but
// the active ones without an explicit table.
func (e *Element) typed() bool { return e.Flags&(ElemPassive|ElemIndex) != 0 }

func (d *decoder) data(r *Reader) Data {
	at := r.pos
	s := Data{Flags: r.U32()}
	if s.Flags > DataIndex {
		r.fail(at, "unknown kind of data segment %d", s.Flags)
	}
	if s.Flags == DataIndex {
		s.Memory = r.U32()
	}
	if s.Flags != DataPassive {
		s.Offset = d.expr(r)
	}
	s.Init = r.bytes("data")
	return s
}
