// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

// formFunc introduces a function type (specification, 5.3.6).
const formFunc = 0x60

func (r *Reader) funcType() FuncType {
	at := r.pos
	if form := r.Byte(); r.ok() && form != formFunc {
		r.fail(at, "type form 0x%02x not supported, only functions (0x%02x) are", form, formFunc)
	}
	return FuncType{
		Params:  vec(r, "parameters", (*Reader).valType),
		Results: vec(r, "results", (*Reader).valType),
	}
}

func (r *Reader) valType() ValType { return r.typed("value", ValType.known) }
func (r *Reader) refType() ValType { return r.typed("reference", ValType.isRef) }

func (r *Reader) typed(what string, allowed func(ValType) bool) ValType {
	at := r.pos
	t := ValType(r.Byte())
	if r.ok() && !allowed(t) {
		r.fail(at, "%s type 0x%02x not supported", what, byte(t))
	}
	return t
}

// elemType reads the type of an element segment: a reference type in front of
// expressions, else an element kind of which there is one, functions.
func (r *Reader) elemType(exprs bool) ValType {
	if exprs {
		return r.refType()
	}
	at := r.pos
	if kind := r.Byte(); kind != 0 {
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

func (r *Reader) limits() Limits {
	at := r.pos
	flags := r.Byte()
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

func (r *Reader) table() Table {
	return Table{Elem: r.refType(), Limits: r.limits()}
}

func (r *Reader) globalType() GlobalType {
	t := GlobalType{Type: r.valType()}
	at := r.pos
	mut := r.Byte()
	if mut > 1 {
		r.fail(at, "mutability 0x%02x is neither 0 nor 1", mut)
	}
	t.Mutable = mut == 1
	return t
}

func (r *Reader) kind() ExternKind {
	at := r.pos
	k := ExternKind(r.Byte())
	if k > KindGlobal {
		r.fail(at, "kind 0x%02x of import or export not supported", byte(k))
	}
	return k
}

func (r *Reader) importItem() Import {
	im := Import{Module: r.Name("module name"), Name: r.Name("import name"), Kind: r.kind()}
	switch im.Kind {
	case KindFunc:
		im.Type = r.U32()
	case KindTable:
		im.Table = r.table()
	case KindMemory:
		im.Memory = r.limits()
	case KindGlobal:
		im.Global = r.globalType()
	}
	return im
}

func (r *Reader) export() Export {
	return Export{Name: r.Name("export name"), Kind: r.kind(), Index: r.U32()}
}
