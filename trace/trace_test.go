// SPDX-License-Identifier: MIT OR Apache-2.0

package trace

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// all has every kind of operation.
var all = []Op{
	{Kind: Memory, Size: 2, Base: 66576},
	{Kind: Phase, Text: "call 3 of export #handle"},
	{Kind: Alloc, Size: 24}, {Kind: Alloc, Size: 4294967295, Align: 1 << 31}, {Kind: Zero, Size: 0, Align: 1},
	{Kind: Resize, Block: 0, Size: 48}, {Kind: Mark}, {Kind: Free, Block: 2}, {Kind: Grow, Size: 65536},
	{Kind: Zero, Size: 9}, {Kind: Release, Block: 0}, {Kind: Reset},
}

const allText = `genalloc trace 1
memory 2 66576
phase call 3 of export #handle
alloc 24
alloc 4294967295 2147483648
zero 0 1
resize 0 48
mark
free 2
grow 65536
zero 9
release 0
reset
`

func write(t testing.TB, w *Writer, ops []Op) {
	t.Helper()
	for _, op := range ops {
		if err := w.Write(op); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRoundTrip(t *testing.T) {
	var b bytes.Buffer
	write(t, NewWriter(&b), all)
	if b.String() != allText {
		t.Errorf("got\n%s", b.String())
	}
	if got, err := NewReader(&b).ReadAll(); err != nil || !slices.Equal(got, all) {
		t.Errorf("got %v, %v", got, err)
	}
	text := strings.ReplaceAll(strings.ReplaceAll(allText, "\n", " \r\n\n# a comment\n"), "alloc 24", "alloc  24")
	if got, err := NewReader(strings.NewReader(text)).ReadAll(); err != nil || !slices.Equal(got, all) {
		t.Errorf("spaces and comments: got %v, %v", got, err)
	}
}

// TestFiles: a file is compressed by its name, appears when it is whole, and reads back.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.trace", "a.trace.gz"} {
		path := filepath.Join(dir, name)
		w, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w.Comment("two\nlines")
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is there before it is whole", name)
		}
		write(t, w, all)
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.ReadAll(); err != nil || !slices.Equal(got, all) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
		f.Close()
		b, err := os.ReadFile(path)
		if zipped := err == nil && b[0] == 0x1f; zipped != strings.HasSuffix(name, ".gz") {
			t.Errorf("%s: compressed is %v", name, zipped)
		}
	}
	w, err := Create(filepath.Join(dir, "dropped"))
	if err == nil {
		err = w.Discard()
	}
	if left, _ := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestWeeFormat(t *testing.T) {
	got, err := NewReader(strings.NewReader("Alloc(24),\n  Alloc(0)\t\n\n \r\nFree(1),\r\nFree(0)\nFree(0),\nAlloc(4294967295)")).ReadAll()
	want := []Op{{Kind: Alloc, Size: 24}, {Kind: Alloc}, {Kind: Free, Block: 1}, {Kind: Free}, {Kind: Free}, {Kind: Alloc, Size: 4294967295}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestErrors(t *testing.T) {
	const first = "genalloc trace 1\n"
	var short bytes.Buffer
	z := gzip.NewWriter(&short)
	io.WriteString(z, allText)
	z.Flush()
	for text, want := range map[string]string{
		"":                                       "trace line 1: no operation in it",
		"\n\n":                                   "trace line 1: no operation in it",
		"Alloc(1),\nRealloc(1)":                  `trace line 2: "Realloc(1)" is neither Alloc(n) nor Free(k)`,
		"Alloc(24":                               `trace line 1: "Alloc(24" is neither`,
		"alloc 24":                               `trace line 1: "alloc 24" is neither Alloc(n) nor Free(k), and the line "genalloc trace 1" is missing above it`,
		"Alloc()":                                `trace line 1: "Alloc()" is neither`,
		"Alloc(-1)":                              `trace line 1: "Alloc(-1)" is neither`,
		"Alloc(+1)":                              `trace line 1: "Alloc(+1)" is neither`,
		"Alloc(4294967296)":                      "trace line 1: 4294967296 does not fit 32 bits",
		"Alloc(1)\n\nFree(1),":                   "trace line 3: allocation 1 is not made by any line above",
		strings.Repeat("x", 100):                 `trace line 1: "` + strings.Repeat("x", 40) + `" is neither`,
		"Alloc(1)\n" + strings.Repeat("x", 1e5):  "trace line 2: longer than 4096 bytes",
		"Alloc(" + strings.Repeat("9", 99) + ")": "trace line 1: " + strings.Repeat("9", 40) + " does not fit",
		"genalloc trace 2":                       "trace line 1: version 2 of the format is newer",
		"genalloc trace x":                       `trace line 1: "x" is no version`,
		"# c\n" + first:                          "trace line 2: genalloc trace 1 is the first line of a trace",
		first + first:                            `trace line 2: "genalloc" is not one of memory, alloc,`,
		first + "malloc 3":                       `trace line 2: "malloc" is not one of memory, alloc,`,
		first + "alloc":                          "trace line 2: alloc takes SIZE [ALIGN]",
		first + "alloc 1 2 4":                    "trace line 2: alloc takes SIZE [ALIGN]",
		first + "alloc 1 3":                      "trace line 2: alignment 3 is no power of two",
		first + "alloc 1 0":                      "trace line 2: alignment 0 is no power of two",
		first + "alloc -1":                       `trace line 2: "-1" is not a number`,
		first + "resize 0":                       "trace line 2: resize takes BLOCK SIZE",
		first + "resize 0 1":                     "trace line 2: allocation 0 is not made",
		first + "mark 0":                         "trace line 2: mark takes nothing",
		first + "mark\nrelease 1":                "trace line 3: mark 1 is not made",
		first + "grow 65537":                     "trace line 2: 65537 is more than the 65536 pages",
		first + "mark\nmemory 1 0":               "trace line 3: memory stands before all other operations",
		first + "phase ":                         "trace line 2: a phase has a text of 1 to 1000 bytes",
		short.String():                           "trace after line 13: unexpected EOF",
		"\x1f\x8bno":                             "trace: ",
	} {
		if _, err := NewReader(strings.NewReader(text)).ReadAll(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.50q: got %v, want %s", text, err, want)
		}
	}
	broken := errors.New("broken")
	if _, err := NewReader(iotest.ErrReader(broken)).ReadAll(); !errors.Is(err, broken) {
		t.Errorf("got %v, want what the reader says", err)
	}
	r := NewReader(strings.NewReader("no\ntrace"))
	_, err := r.Read()
	if _, again := r.Read(); again != err {
		t.Errorf("a reader goes on after %v with %v", err, again)
	}
	for _, op := range []Op{{}, {Kind: Phase + 1}, {Kind: Free}, {Kind: Alloc, Align: 3}, {Kind: Phase, Text: " x"}, {Kind: Phase, Text: "a\nb"}, {Kind: Phase}} {
		if err := NewWriter(io.Discard).Write(op); err == nil {
			t.Errorf("%+v is written", op)
		}
	}
}

// FuzzReader: what can be read is written, and reads as it was.
func FuzzReader(f *testing.F) {
	f.Add([]byte(allText))
	f.Add([]byte("Alloc(24),\nFree(0),\nFree(0)"))
	f.Add([]byte("genalloc trace 1\nalloc 1 3"))
	f.Fuzz(func(t *testing.T, text []byte) {
		ops, err := NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			return
		}
		var b bytes.Buffer
		var live Live
		w := NewWriter(&b)
		for _, op := range ops {
			if err := w.Write(op); err != nil {
				t.Fatalf("%+v: %v", op, err)
			}
			if idle := live.Idle(op); len(live.Follow(op)) > 0 && idle {
				t.Fatalf("%+v has an effect", op)
			}
		}
		w.Close()
		if again, err := NewReader(&b).ReadAll(); err != nil || !slices.Equal(again, ops) {
			t.Errorf("%v\n%v\nbecame\n%v", err, ops, again)
		}
	})
}

// TestReadingNeedsNoMemory: a trace of any length is read in the same memory.
func TestReadingNeedsNoMemory(t *testing.T) {
	r := NewReader(io.MultiReader(strings.NewReader("genalloc trace 1\n"), strings.NewReader(strings.Repeat("alloc 24 8\nresize 0 7\nfree 0\n", 10_000))))
	if _, err := r.Read(); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(20_000, func() { r.Read() }); n != 0 {
		t.Errorf("%v allocations an operation", n)
	}
}
