// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/wasm"
)

const header = "\x00asm\x01\x00\x00\x00"

// section builds one, short enough for a size of one byte.
func section(id wasm.SectionID, payload string) string {
	return string([]byte{byte(id), byte(len(payload))}) + payload
}

// oneFunc builds a module around the body of a function of type [] -> []; the
// body starts at offset 0x17 with its groups of locals.
func oneFunc(body string) string {
	return header + section(wasm.SectionType, "\x01\x60\x00\x00") + section(wasm.SectionFunction, "\x01\x00") +
		section(wasm.SectionCode, "\x01"+string(rune(len(body)))+body)
}

func TestDecodeErrors(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"empty", "", `offset 0x0: not a WebAssembly binary: it does not start with "\0asm"`},
		{"text", "(module)", `offset 0x0: not a WebAssembly binary: it does not start with "\0asm"`},
		{"no version", "\x00asm\x01", "offset 0x4: unexpected end of the version"},
		{"version 2", "\x00asm\x02\x00\x00\x00", "offset 0x4: unknown version 02 00 00 00, want 01 00 00 00"},
		{"component", "\x00asm\x0d\x00\x01\x00", "offset 0x4: this is a component, not a core module: give the core module it was made from"},

		{"section id", header + "\x0e\x00", "offset 0x8: unknown section id 14"},
		{"tags", header + section(13, "\x00"), "offset 0x8: tag section: exception handling is not supported"},
		{"section size", header + "\x01\x05\x00", "type section offset 0xa: section of 5 bytes, but 1 are left"},
		{"no section size", header + "\x01", "type section offset 0x9: unexpected end"},
		{"leftover", header + section(wasm.SectionType, "\x00\x00"), "type section offset 0xb: 1 bytes left over at the end of the section"},
		{"order", header + section(wasm.SectionFunction, "\x00") + section(wasm.SectionType, "\x00"), "offset 0xb: type section out of order: it follows the function section"},
		{"twice", header + section(wasm.SectionType, "\x00") + section(wasm.SectionType, "\x00"), "offset 0xb: type section out of order: it follows the type section"},
		{"custom name", header + section(0, "\x02\xff\xff"), "custom section offset 0xa: name of the custom section is not valid utf-8"},

		{"huge count", header + section(wasm.SectionType, "\xff\xff\xff\xff\x0f"), "type section offset 0xa: 4294967295 types, but 0 bytes are left"},
		{"u32 too long", header + section(wasm.SectionType, "\x80\x80\x80\x80\x80\x00"), "type section offset 0xa: integer does not fit u32"},
		{"u32 too large", header + section(wasm.SectionType, "\xff\xff\xff\xff\x1f"), "type section offset 0xa: integer does not fit u32"},
		{"type form", header + section(wasm.SectionType, "\x01\x5f\x00"), "type section offset 0xb: type form 0x5f not supported, only functions (0x60) are"},
		{"value type", header + section(wasm.SectionType, "\x01\x60\x01\x64\x00"), "type section offset 0xd: value type 0x64 not supported"},
		{"import kind", header + section(wasm.SectionImport, "\x01\x00\x00\x04"), "import section offset 0xd: kind 0x04 of import or export not supported"},
		{"page size", header + section(wasm.SectionMemory, "\x01\x08\x00\x00"), "memory section offset 0xb: limits flags 0x08 not supported"},
		{"table type", header + section(wasm.SectionTable, "\x01\x40\x00"), "table section offset 0xb: reference type 0x40 not supported"},
		{"mutability", header + section(wasm.SectionGlobal, "\x01\x7f\x02\x0b"), "global section offset 0xc: mutability 0x02 is neither 0 nor 1"},
		{"element kind", header + section(wasm.SectionElement, "\x01\x08"), "element section offset 0xb: unknown kind of element segment 8"},
		{"element type", header + section(wasm.SectionElement, "\x01\x01\x01\x00"), "element section offset 0xc: unknown element kind 0x01"},
		{"data kind", header + section(wasm.SectionData, "\x01\x03"), "data section offset 0xb: unknown kind of data segment 3"},
		{"data count", header + section(wasm.SectionDataCount, "\x01"), "offset 0xb: data count is 1, but there are 0 data segments"},
		{"no bodies", header + section(wasm.SectionFunction, "\x01\x00"), "offset 0xc: 1 functions declared, but 0 bodies"},
		{"too many bodies", header + section(wasm.SectionCode, "\x01\x02\x00\x0b"), "code section offset 0xa: 1 function bodies, but 0 functions declared"},

		{"locals", oneFunc("\x02\xff\xff\xff\xff\x0f\x7f\x01\x7f\x0b"), "func[0] offset 0x16: 4294967296 locals, the limit is 50000"},
		{"locals at the limit", oneFunc("\x01\xd1\x86\x03\x7f\x0b"), "func[0] offset 0x16: 50001 locals, the limit is 50000"},
		{"body size", header + section(wasm.SectionType, "\x01\x60\x00\x00") + section(wasm.SectionFunction, "\x01\x00") + section(wasm.SectionCode, "\x01\x7f\x00\x0b"), "func[0] offset 0x16: function body of 127 bytes, but 2 are left"},
		{"no end", oneFunc("\x00\x01"), "func[0] offset 0x18: unexpected end"},
		{"early end", oneFunc("\x00\x0b\x01"), "func[0] offset 0x18: 1 bytes left over at the end of the function body"},
		{"open block", oneFunc("\x00\x02\x40\x0b"), "func[0] offset 0x1a: unexpected end"},
		{"else", oneFunc("\x00\x05\x0b"), "func[0] offset 0x17: else without if"},
		{"else in block", oneFunc("\x00\x02\x40\x05\x0b\x0b"), "func[0] offset 0x19: else without if"},
		{"two elses", oneFunc("\x00\x04\x40\x05\x05\x0b\x0b"), "func[0] offset 0x1a: else without if"},
		{"opcode", oneFunc("\x00\x06\x0b"), "func[0] offset 0x17: unknown opcode 0x06"},
		{"misc opcode", oneFunc("\x00\xfc\x12\x0b"), "func[0] offset 0x17: unknown opcode 0xfc12"},
		{"large opcode", oneFunc("\x00\xfe\x80\x02\x0b"), "func[0] offset 0x17: unknown opcode 0xfe100"},
		{"relaxed simd", oneFunc("\x00\xfd\x80\x02\x0b"), "func[0] offset 0x17: unknown opcode 0xfd100"},
		{"block type", oneFunc("\x00\x02\x41\x0b\x0b"), "func[0] offset 0x18: block type -63 not supported"},
		{"s32", oneFunc("\x00\x41\xff\xff\xff\xff\x4f\x0b"), "func[0] offset 0x18: integer does not fit s32"},
		{"s64", oneFunc("\x00\x42\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x0b"), "func[0] offset 0x18: integer does not fit s64"},
		{"labels", oneFunc("\x00\x0e\xff\x01\x0b"), "func[0] offset 0x18: 255 labels, but 1 bytes are left"},
		{"select", oneFunc("\x00\x1c\x02\x7f\x7f\x0b"), "func[0] offset 0x18: select with 2 types, want 1"},
		{"alignment", oneFunc("\x00\x28\x80\x01\x00\x0b"), "func[0] offset 0x18: alignment 2^128 out of range"},
		{"offset of 64 bits", oneFunc("\x00\x28\x02\x80\x80\x80\x80\x10\x0b"), "func[0] offset 0x19: integer does not fit u32"},
		{"fence", oneFunc("\x00\xfe\x03\x01\x0b"), "func[0] offset 0x19: atomic.fence is followed by 0x01, want 0x00"},
		{"ref.null", oneFunc("\x00\xd0\x7f\x0b"), "func[0] offset 0x18: reference type 0x7f not supported"},
		{"f64", oneFunc("\x00\x44\x00\x00"), "func[0] offset 0x1a: unexpected end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := wasm.Decode([]byte(tt.file))
			if err == nil {
				t.Fatalf("decoded to %+v", m)
			}
			if err.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
			if place := new(wasm.Error); !errors.As(err, &place) {
				t.Errorf("%T is not a *wasm.Error", err)
			}
		})
	}
}

// TestTruncated cuts valid modules at every byte: nothing but the cuts between
// sections may be taken for a module, and nothing may panic.
func TestTruncated(t *testing.T) {
	for _, name := range []string{"instructions.wasm", "sections.wasm"} {
		b, _ := decodeFile(t, name)
		list, err := wasm.Sections(b)
		if err != nil {
			t.Fatal(err)
		}
		between := map[int]bool{len(b): true}
		for _, s := range list {
			between[s.Offset] = true
		}
		for n := range b {
			if _, err := wasm.Decode(b[:n]); err == nil && !between[n] {
				t.Errorf("%s: %d of %d bytes are taken for a module", name, n, len(b))
			}
			if _, err := wasm.Sections(b[:n]); err == nil && !between[n] {
				t.Errorf("%s: sections are listed in %d of %d bytes", name, n, len(b))
			}
		}
	}
}

// TestFuncIndexInErrors counts imported functions, as everybody else does.
func TestFuncIndexInErrors(t *testing.T) {
	file := header + section(wasm.SectionType, "\x01\x60\x00\x00") +
		section(wasm.SectionImport, "\x02\x00\x00\x00\x00\x00\x00\x00\x00") +
		section(wasm.SectionFunction, "\x02\x00\x00") +
		section(wasm.SectionCode, "\x02\x02\x00\x0b\x03\x00\x27\x0b")
	_, err := wasm.Decode([]byte(file))
	if err == nil || !strings.HasPrefix(err.Error(), "func[3] ") {
		t.Errorf("got %v, want an error about func[3]", err)
	}
}

// TestPaddedInput reads LEBs as linkers write them, wider than need be.
func TestPaddedInput(t *testing.T) {
	m, err := wasm.Decode([]byte(oneFunc("\x00\x41\x85\x80\x80\x80\x00\x41\xfb\xff\xff\xff\x7f\x23\x81\x80\x80\x80\x00\x0b")))
	if err != nil {
		t.Fatal(err)
	}
	got := wasm.BodyText(m.Funcs[0].Body, "")
	if want := "i32.const 5\ni32.const -5\nglobal.get 1\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDecodeLimits: what is just allowed.
func TestDecodeLimits(t *testing.T) {
	memory64 := header + section(wasm.SectionType, "\x01\x60\x00\x00") +
		section(wasm.SectionImport, "\x01\x00\x00\x02\x04\x00") + section(wasm.SectionFunction, "\x01\x00") +
		section(wasm.SectionCode, "\x01\x0a\x00\x28\x02\x80\x80\x80\x80\x80\x01\x0b")
	for name, file := range map[string]string{
		"50000 locals": oneFunc("\x01\xd0\x86\x03\x7f\x0b"),
		"offset beyond 32 bits in an imported 64-bit memory": memory64,
		"sections without anything in them":                  header + section(wasm.SectionType, "\x00") + section(wasm.SectionCode, "\x80\x00"),
	} {
		if _, err := wasm.Decode([]byte(file)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
