// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// variant is the module of a contract's text, or its object linked but for what the linker
// decides, after edits of its text.
func variant(t *testing.T, text string, edits ...string) (*wasm.Module, contract.Contract, Hints) {
	t.Helper()
	return variantWith(t, text, object.Options{}, edits...)
}

// variantWith is a variant whose object has the options.
func variantWith(t *testing.T, text string, o object.Options, edits ...string) (*wasm.Module, contract.Contract, Hints) {
	t.Helper()
	c := contract.Must(contract.Parse(text))
	wat, err := emitter.WAT(c)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(wat, edits[i]) {
			t.Fatalf("the module of %q does not have %q", text, edits[i])
		}
		wat = strings.Replace(wat, edits[i], edits[i+1], 1)
	}
	file, err := emitter.Assemble(wat, c)
	if err == nil && c.HeapBase.Linker {
		if file, err = object.FromModule(file, c, o); err == nil {
			file, err = object.Open(file, object.OpenData)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	h, err := Guess(m, c)
	if err != nil {
		t.Fatal(err)
	}
	return m, c, h
}

// TestABIs proves a module of each ABI, and in an object that sets errno.
func TestABIs(t *testing.T) {
	for _, text := range []string{
		"--abi=c --functions=malloc,free,posix_memalign,malloc_usable_size --grow=never", "--abi=c --functions=calloc,realloc --grow=never",
		"--abi=cabi --grow=never", "--abi=wasm-bindgen --grow=never", "--abi=cosmwasm --target=cosmwasm --grow=never", "--abi=proxy-wasm --grow=never",
		"--abi=c --functions=malloc,aligned_alloc --oom=trap --grow=never", "--abi=c --functions=malloc,realloc --heap-base=linker --grow=never",
	} {
		m, c, h := variant(t, text)
		for name, v := range run(t, m, c, h) {
			if v != Proved {
				t.Errorf("%s: %s is %s", text, name, v)
			}
		}
	}
}

// TestBrokenABIs breaks what the ABIs add in one place each, and expects the obligation
// that is about it to be refuted by a call that replays.
func TestBrokenABIs(t *testing.T) {
	const (
		inC      = "--abi=c --grow=never"
		regions  = "--abi=cosmwasm --target=cosmwasm --grow=never"
		header   = "(i32.store offset=12 (local.get $block) (local.get $size))"
		capacity = "(i32.store offset=4 (local.get $block) (local.get $size))"
		resized  = "        (i32.add (local.get $size) (i32.const 16))))\n    (if (i32.eqz (local.get $block))\n      (then (return (i32.const 0))))\n    "
		length   = "(i32.store offset=8 (local.get $block) (i32.const 4))"
	)
	for _, tt := range []struct {
		bug, text  string
		edits      []string
		obligation string
	}{
		{"size beside the header", inC, []string{header, "(i32.store offset=8 (local.get $block) (local.get $size))"}, "malloc.header"},
		{"size in front of the header", inC, []string{header, "(i32.store (i32.sub (local.get $block) (i32.const 4)) (local.get $size))"}, "malloc.writes"},
		{"no byte for a block of size 0", inC, []string{"(i32.add (i32.or (local.get $size) (i32.eqz (local.get $size))) (i32.const 16))", "(i32.add (local.get $size) (i32.const 16))"}, "malloc.top"},
		{"product that wraps", inC, []string{"(i64.ne (i64.shr_u (local.get $bytes) (i64.const 32)) (i64.const 0))", "(i32.const 0)"}, "calloc.fails"},
		{"any alignment", inC, []string{"(i32.and (local.get $align) (i32.sub (local.get $align) (i32.const 1)))", "(i32.const 0)"}, "aligned_alloc.fails"},
		{"half the alignment", inC, []string{"(local.set $block (i32.add (local.get $block) (local.get $align)))", "(local.set $block (i32.add (local.get $block) (i32.shr_u (local.get $align) (i32.const 1))))"}, "aligned_alloc.aligned"},
		{"number of another error", inC, []string{"(i32.const 28)", "(i32.const 48)"}, "posix_memalign.returns"},
		{"no memory, and 0", inC, []string{"(return (i32.const 48))", "(return (i32.const 0))"}, "posix_memalign.place"},
		{"address stored though it failed", inC, []string{"(if (i32.eqz (local.get $block))\n      (then (return (i32.const 48))))", "(i32.store (local.get $out) (local.get $block)) (if (i32.eqz (local.get $block))\n      (then (return (i32.const 48))))"}, "posix_memalign.out"},
		{"half of the address", inC, []string{"(i32.store (local.get $out) (local.get $block))", "(i32.store16 (local.get $out) (local.get $block))"}, "posix_memalign.place"},
		{"another size", inC, []string{"(i32.load (i32.sub (local.get $ptr) (i32.const 4))))\n\n", "(i32.load (i32.sub (local.get $ptr) (i32.const 8))))\n\n"}, "malloc_usable_size.nothing"},
		{"header of null", inC, []string{"(func $free (param $ptr i32))", "(func $free (param $ptr i32) (drop (i32.load (i32.sub (local.get $ptr) (i32.const 4)))))"}, "free.returns"},
		{"old size kept", inC, []string{resized + header, resized}, "realloc.header"},
		{"null is a block", inC, []string{"(then (return (call $malloc (local.get $size)))))", "(then (nop)))"}, "realloc(null).returns"},
		{"errno of another error", "--abi=c --functions=malloc --heap-base=linker --grow=never", []string{"(i32.const 48)", "(i32.const 28)"}, "malloc.errno"},
		{"errno on success", "--abi=c --functions=malloc --heap-base=linker --grow=never", []string{header, header + " (if (global.get $errno) (then (i32.store (global.get $errno) (i32.const 0))))"}, "malloc.errno"},
		{"block of a heap that has not begun", "--functions=alloc --heap-base=linker --grow=never", []string{"    (local $at i32)", "    (local $at i32)(if (i32.eqz (local.get $size)) (then (return (i32.and (i32.add (global.get $base) (i32.sub (local.get $align) (i32.const 1))) (i32.sub (i32.const 0) (local.get $align))))))"}, "alloc.begun"},
		{"null for an empty block", "--abi=cabi --grow=never", []string{"(then (return (local.get $align)))", "(then (return (i32.const 0)))"}, "cabi_realloc(empty).empty"},
		{"null where it has to trap", "--abi=cabi --grow=never", []string{"(then (unreachable))", "(then (return (i32.const 0)))"}, "cabi_realloc.returns"},
		{"empty block resized", "--abi=wasm-bindgen --grow=never", []string{"(if (result i32) (local.get $old_size)", "(if (result i32) (i32.const 1)"}, "__wbindgen_realloc(new).place"},
		{"empty block handed out", "--abi=wasm-bindgen --grow=never", []string{"(if (i32.eqz (local.get $size))", "(if (i32.const 0)"}, "__wbindgen_malloc(empty).empty"},
		{"less than a word's alignment", "--abi=proxy-wasm --grow=never", []string{"(call $alloc (local.get $size) (i32.const 8))", "(call $alloc (local.get $size) (i32.const 4))"}, "proxy_on_memory_allocate.aligned"},
		{"capacity of the region too", regions, []string{capacity, "(i32.store offset=4 (local.get $block) (i32.add (local.get $size) (i32.const 12)))"}, "allocate.region"},
		{"length of the region", regions, []string{capacity, capacity + length}, "allocate.length"},
	} {
		m, c, h := variant(t, tt.text, tt.edits...)
		if v := verdictOn(t, m, c, h, tt.obligation); v != Refuted {
			t.Errorf("%s: %s is %s", tt.bug, tt.obligation, v)
		}
	}
}

// TestABISentences holds the tables of docs/proof.md against the obligations of every ABI.
func TestABISentences(t *testing.T) {
	doc := read(t, "../docs/proof.md")
	for _, text := range []string{
		"--abi=c --heap-base=linker --grow=never", "--abi=cabi --grow=never", "--abi=wasm-bindgen --grow=never",
		"--abi=cosmwasm --target=cosmwasm --grow=never", "--abi=proxy-wasm --grow=never",
	} {
		s := systemOf(t, text)
		all := obligationsOf(t, s, callsOf(t, s))
		for _, ob := range all {
			_, name, _ := strings.Cut(ob.Name, ".")
			if !strings.Contains(doc, "| `"+name+"`") || !strings.Contains(doc, " | "+ob.Text+" |\n") {
				t.Errorf("docs/proof.md lacks the row %s, %s", ob.Name, ob.Text)
			}
		}
	}
}
