// SPDX-License-Identifier: MIT OR Apache-2.0

package inspect

import (
	"bytes"
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
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\nsection\toffset\tbytes\n")
	for _, s := range info.Sections {
		fmt.Fprintf(t, "%s\t%#x\t%d\n", s.Name, s.Offset, s.Bytes)
	}
	if len(info.Imports) > 0 {
		fmt.Fprintf(t, "\nimport\tkind\ttype\n")
		for _, i := range info.Imports {
			fmt.Fprintf(t, "%q %q\t%s\t%s\n", i.Module, i.Name, i.Kind, i.Type)
		}
	}
	if len(info.Exports) > 0 {
		fmt.Fprintf(t, "\nexport\tkind\ttype\n")
		for _, e := range info.Exports {
			fmt.Fprintf(t, "%q\t%s\t%s\n", e.Name, e.Kind, e.Type)
		}
	}
	if len(info.Functions) > 0 {
		fmt.Fprintf(t, "\nfunction\toffset\tbytes\tinstructions\texported as\n")
		for _, f := range info.Functions {
			fmt.Fprintf(t, "%d\t%#x\t%d\t%d\t%s\n", f.Index, f.Offset, f.Bytes, f.Instructions, quoteAll(f.Exports))
		}
	}
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
	if len(o.Segments) > 0 {
		fmt.Fprintf(t, "\nsegment\talignment\n")
		for _, s := range o.Segments {
			fmt.Fprintf(t, "%q\t%d\n", s.Name, uint64(1)<<(s.Align%64))
		}
	}
	if len(o.Relocations) > 0 {
		fmt.Fprintf(t, "\nrelocation\toffset\ttype\tsymbol\n")
		for _, r := range o.Relocations {
			fmt.Fprintf(t, "%s\t%#x\t%s\t%q%+d\n", r.Section, r.Offset, r.Type, o.Name(r), r.Addend)
		}
	}
	if len(o.Features) > 0 {
		fmt.Fprintf(t, "\nfeatures  %s\n", plain.Text(strings.Join(o.Features, " ")))
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

func quoteAll(names []string) string {
	if len(names) == 0 {
		return "-"
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(quoted, " ")
}

func signature(t wasm.FuncType) string {
	list := func(types []wasm.ValType) string {
		names := make([]string, len(types))
		for i, v := range types {
			names[i] = v.String()
		}
		return "(" + strings.Join(names, " ") + ")"
	}
	return list(t.Params) + " -> " + list(t.Results)
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

func globalType(g wasm.GlobalType) string {
	if g.Mutable {
		return "mut " + g.Type.String()
	}
	return g.Type.String()
}

func importType(m *wasm.Module, i wasm.Import) string {
	switch i.Kind {
	case wasm.KindFunc:
		if t, err := m.Type(i.Type); err == nil {
			return signature(t)
		}
	case wasm.KindMemory:
		return limits(i.Memory)
	case wasm.KindGlobal:
		return globalType(i.Global)
	}
	return "-"
}

func exportType(m *wasm.Module, e wasm.Export) string {
	switch e.Kind {
	case wasm.KindFunc:
		if t, err := m.FuncType(e.Index); err == nil {
			return signature(t)
		}
	case wasm.KindMemory:
		if l, err := m.Memory(e.Index); err == nil {
			return limits(l)
		}
	case wasm.KindGlobal:
		if g, err := m.Global(e.Index); err == nil {
			return globalType(g)
		}
	}
	return "-"
}
