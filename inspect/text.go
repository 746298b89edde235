// SPDX-License-Identifier: MIT OR Apache-2.0

package inspect

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// WriteText writes the description as text. Names from the module are quoted, so that
// they cannot look like anything else.
func (info *Info) WriteText(w io.Writer) {
	fmt.Fprintf(w, "%d bytes\n", info.Bytes)
	switch {
	case info.Contract == nil && info.Object != nil:
		fmt.Fprintf(w, "contract  none in an object, since a program would keep it\n")
	case info.Contract == nil:
		fmt.Fprintf(w, "contract  none in the module\n")
	case *info.Contract == "":
		fmt.Fprintf(w, "contract  genalloc (all defaults)\n")
	default:
		fmt.Fprintf(w, "contract  genalloc %s\n", plain.Text(*info.Contract))
	}
	if info.Object != nil {
		if state := info.Object.SharedState(); len(state) > 0 {
			fmt.Fprintf(w, "inline    code in the program may work on %s\n", plain.Text(strings.Join(state, ", ")))
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\nsection\toffset\tbytes\n")
	for _, s := range info.Sections {
		fmt.Fprintf(t, "%s\t%#x\t%d\n", s.Name, s.Offset, s.Bytes)
	}
	writeList(t, "import\tkind\ttype", info.Imports, func(i Import) string {
		return fmt.Sprintf("%q %q\t%s\t%s", i.Module, i.Name, i.Kind, i.Type)
	})
	writeList(t, "export\tkind\ttype", info.Exports, func(e Export) string {
		return fmt.Sprintf("%q\t%s\t%s", e.Name, e.Kind, e.Type)
	})
	writeList(t, "function\toffset\tbytes\tinstructions\texported as", info.Functions, func(f Function) string {
		exports := strings.Trim(fmt.Sprintf("%q", f.Exports), "[]")
		return fmt.Sprintf("%d\t%#x\t%d\t%d\t%s", f.Index, f.Offset, f.Bytes, f.Instructions, cmp.Or(exports, "-"))
	})
	if info.Object != nil {
		writeObject(t, info.Object)
	}
	t.Flush()
}

// writeObject writes the metadata for the linker.
func writeObject(t io.Writer, o *object.Info) {
	fmt.Fprintf(t, "\nsymbol\tkind\tflags\tindex\toffset\tbytes\n")
	for _, s := range o.Symbols {
		fmt.Fprintf(t, "%q\t%s\t%s\t%d\t%#x\t%d\n", s.Name, s.Kind, s.Flags, s.Index, s.Offset, s.Size)
	}
	writeList(t, "segment\talignment", o.Segments, func(s object.Segment) string {
		return fmt.Sprintf("%q\t%d", s.Name, uint64(1)<<(s.Align%64))
	})
	writeList(t, "relocation\toffset\ttype\tsymbol", o.Relocations, func(r object.Relocation) string {
		return fmt.Sprintf("%s\t%#x\t%s\t%q%+d", r.Section, r.Offset, r.Type, o.Name(r), r.Addend)
	})
	if len(o.Features) > 0 {
		fmt.Fprintf(t, "\nfeatures  %s\n", plain.Text(strings.Join(o.Features, " ")))
	}
}

// writeList writes a heading and a row for each item, or nothing where there is none.
func writeList[T any](t io.Writer, heading string, items []T, row func(T) string) {
	if len(items) > 0 {
		fmt.Fprintf(t, "\n%s\n", heading)
	}
	for _, x := range items {
		fmt.Fprintln(t, row(x))
	}
}

// WriteCode writes the instructions of every function.
func (info *Info) WriteCode(w io.Writer) {
	for i, f := range info.module.Funcs {
		fmt.Fprintf(w, "\nfunction %d %s\n%s", info.Functions[i].Index, info.Functions[i].Type, wasm.BodyText(f.Body, "  "))
	}
}

// Listing returns the description of a module with its code, to be compared with
// another; or what is wrong with the module.
func Listing(module []byte) []byte {
	info, err := Module(module)
	if err != nil {
		return []byte(err.Error() + "\n")
	}
	var text bytes.Buffer
	info.WriteText(&text)
	info.WriteCode(&text)
	return text.Bytes()
}

func signature(t wasm.FuncType) string {
	return strings.NewReplacer("[", "(", "]", ")").Replace(fmt.Sprintf("%v -> %v", t.Params, t.Results))
}

func limits(l wasm.Limits) string {
	s := fmt.Sprintf("%d pages", l.Min)
	if l.Min == 1 {
		s = "1 page"
	}
	if l.HasMax {
		s += fmt.Sprintf(", at most %d", l.Max)
	}
	if l.Shared {
		s += ", shared"
	}
	return s
}

// itemType describes an import or an export by its place among all of its kind.
func itemType(m *wasm.Module, kind wasm.ExternKind, index uint32) string {
	switch kind {
	case wasm.KindFunc:
		if t, err := m.FuncType(index); err == nil {
			return signature(t)
		}
	case wasm.KindMemory:
		if l, err := m.Memory(index); err == nil {
			return limits(l)
		}
	case wasm.KindGlobal:
		if g, err := m.Global(index); err == nil && g.Mutable {
			return "mut " + g.Type.String()
		} else if err == nil {
			return g.Type.String()
		}
	}
	return "-"
}
