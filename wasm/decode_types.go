// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

// formFunc introduces a function type (specification, 5.3.6).
const formFunc = 0x60

func (r *reader) funcType() FuncType {
	at := r.pos
	if form := r.byte(); r.ok() && form != formFunc {
		r.fail(at, "type form 0x%02x not supported, only functions (0x%02x) are", form, formFunc)
	}
	return FuncType{
		Params:  vec(r, "parameters", (*reader).valType),
		Results: vec(r, "results", (*reader).valType),
	}
}

func (r *reader) valType() ValType {
	at := r.pos
	t := ValType(r.byte())
	if r.ok() && !t.known() {
		r.fail(at, "value type 0x%02x not supported", byte(t))
	}
	return t
}

func (r *reader) refType() ValType {
	at := r.pos
	t := ValType(r.byte())
	if r.ok() && !t.isRef() {
		r.fail(at, "reference type 0x%02x not supported", byte(t))
	}
	return t
}

// elemType reads the type of an element segment: a reference type in front of
// expressions, else an element kind of which there is one, functions.
func (r *reader) elemType(exprs bool) ValType {
	if exprs {
		return r.refType()
	}
	at := r.pos
	if kind := r.byte(); kind != 0 {
		r.fail(at, "unknown element kind 0x%02x", kind)
	}
	return FuncRef
}

// Flags of limits (specification, 5.3.7; threads and memory64 proposals).
const (
	limitsMax    = 1
	limitsShared = 2
	limits64     = 4
)

func (r *reader) limits() Limits {
	at := r.pos
	flags := r.byte()
	if flags&^(limitsMax|limitsShared|limits64) != 0 {
		r.fail(at, "limits flags 0x%02x not supported", flags)
	}
	l := Limits{
		HasMax: flags&limitsMax != 0,
		Shared: flags&limitsShared != 0,
		Is64:   flags&limits64 != 0,
	}
	bits := uint(32)
	if l.Is64 {
		bits = 64
	}
	l.Min = r.uleb(bits)
	if l.HasMax {
		l.Max = r.uleb(bits)
	}
	return l
}

func (l Limits) flags() byte {
	var f byte
	if l.HasMax {
		f |= limitsMax
	}
	if l.Shared {
		f |= limitsShared
	}
	if l.Is64 {
		f |= limits64
	}
	return f
}

func (r *reader) table() Table {
	return Table{Elem: r.refType(), Limits: r.limits()}
}

func (r *reader) globalType() GlobalType {
	t := GlobalType{Type: r.valType()}
	at := r.pos
	mut := r.byte()
	if mut > 1 {
		r.fail(at, "mutability 0x%02x is neither 0 nor 1", mut)
	}
	t.Mutable = mut == 1
	return t
}

func (r *reader) kind() ExternKind {
	at := r.pos
	k := ExternKind(r.byte())
	if k > KindGlobal {
		r.fail(at, "kind 0x%02x of import or export not supported", byte(k))
	}
	return k
}

func (r *reader) importItem() Import {
	im := Import{Module: r.name("module name"), Name: r.name("import name"), Kind: r.kind()}
	switch im.Kind {
	case KindFunc:
		im.Type = r.u32()
	case KindTable:
		im.Table = r.table()
	case KindMemory:
		im.Memory = r.limits()
	case KindGlobal:
		im.Global = r.globalType()
	}
	return im
}

func (r *reader) export() Export {
	return Export{Name: r.name("export name"), Kind: r.kind(), Index: r.u32()}
}
