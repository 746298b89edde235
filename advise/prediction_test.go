// SPDX-License-Identifier: MIT OR Apache-2.0

package advise

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/record"
	"github.com/genalloc/genalloc/trace"
)

// by runs the operations on a module, calling its functions one by one, and returns the
// pages of its memory and the ink.
func by(t *testing.T, file []byte, c contract.Contract, memory string, ops []trace.Op) (pages, ink uint64) {
	t.Helper()
	file, counter, err := cost.Ink(file)
	if err != nil {
		t.Fatal(err)
	}
	store := engine.Default().NewStore()
	defer store.Close()
	in, err := engine.Instantiate(store, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	type block struct{ address, size, align uint64 }
	var blocks []block
	call := func(role contract.Role, b block, size uint64) uint64 {
		f, _ := c.Function(role)
		var args []uint64
		for _, p := range f.Params {
			args = append(args, map[contract.ParamRole]uint64{
				contract.SizeParam: size, contract.AlignParam: b.align, contract.BlockParam: b.address, contract.OldSizeParam: b.size,
			}[p.Role])
		}
		results, err := in.Call(f.Export, args...)
		if err != nil {
			t.Fatal(err)
		}
		return append(results, 0)[0]
	}
	for _, op := range ops {
		switch op.Kind {
		case trace.Alloc:
			b := block{size: uint64(op.Size), align: uint64(op.Align)}
			b.address = call(contract.Allocates, b, b.size)
			blocks = append(blocks, b)
		case trace.Resize:
			b := &blocks[op.Block]
			b.address = call(contract.Resizes, *b, uint64(op.Size))
			b.size = uint64(op.Size)
		case trace.Free:
			call(contract.Frees, blocks[op.Block], blocks[op.Block].size)
		}
	}
	return in.Memory(memory).Pages(), in.Global(counter).Get()
}

// TestPrediction: the commands make allocators that need the pages and the ink predicted.
func TestPrediction(t *testing.T) {
	for _, o := range []Options{{}, {ABI: contract.C}} {
		a := advice(t, runsOn(), o)
		for _, r := range a.front() {
			c, err := contract.Parse(strings.TrimSpace(strings.TrimPrefix(r.Command, "genalloc")))
			if err != nil {
				t.Fatal(err)
			}
			file, err := emitter.Emit(c)
			if err != nil {
				t.Fatal(err)
			}
			if pages, ink := by(t, file, c, "memory", runsOn()); pages != r.Pages || ink != *r.Ink || len(file) != r.Bytes {
				t.Errorf("%s: %d pages, %d ink, %d bytes; predicted %+v with %d ink", r.Command, pages, ink, len(file), r, *r.Ink)
			}
		}
	}
}

// objectOf makes the object of a command, and returns its contract.
func objectOf(t *testing.T, dir, command string) contract.Contract {
	t.Helper()
	var opts object.Options
	words := slices.DeleteFunc(strings.Fields(command), func(w string) bool {
		if w == "--state=global" {
			opts.State = object.StateGlobal
		}
		return !strings.HasPrefix(w, "--") || w == "--state=global"
	})
	c, err := contract.Parse(strings.Join(append(words, "--heap-base=linker"), " "))
	if err != nil {
		t.Fatal(err)
	}
	file, err := emitter.Emit(c)
	if err == nil {
		file, err = object.FromModule(file, c, opts)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "genalloc.o"), file, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func readFile(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestLinkedPrediction does the same with objects that wasm-ld links behind a stack.
func TestLinkedPrediction(t *testing.T) {
	const ld, base = "wasm-ld", 1<<16 - 80 // a base near a page's end, so that the heads cross it
	toolchain.Need(t, ld)
	for _, o := range []Options{{}, {ABI: contract.C}} {
		a := advice(t, withMemory(runsOn(), 1, base), o)
		for _, r := range a.front() {
			dir := t.TempDir()
			c := objectOf(t, dir, r.Command)
			args := []string{"--no-entry", "--stack-first", "-z", fmt.Sprint("stack-size=", base), "-o", "app.wasm", "genalloc.o"}
			for _, f := range c.Signatures() {
				args = append(args, "--export="+f.Export)
			}
			toolchain.Run(t, dir, ld, args...)
			if pages, ink := by(t, readFile(t, dir, "app.wasm"), c, "memory", runsOn()); pages != r.Pages || ink != *r.Ink {
				t.Errorf("%s: %d pages, %d ink; predicted %d, %d", r.Command, pages, ink, r.Pages, *r.Ink)
			}
		}
	}
}

// TestProgram: a program of wasi-libc is recorded with libc's allocator, and linked with
// what the advice is. It needs the pages that were predicted.
func TestProgram(t *testing.T) {
	toolchain.Need(t, "clang")
	const source = `#include <stdio.h>
#include <stdlib.h>
static char *all[300];
int main(void) {
	unsigned random = 1;
	for (int i = 0; i < 20000; i++) {
		random = random * 1664525 + 1013904223;
		char **p = &all[random % 300];
		if (random >> 30) *p = realloc(*p, 1 + (random >> 20)); else { free(*p); *p = 0; }
	}
	if (posix_memalign((void **)all, 64, 1000)) return 1;
	puts("done");
}`
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "app.c"), []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	link := []string{"--target=wasm32-wasi", "--sysroot=/usr", "-o", "app.wasm", "app.c"}
	toolchain.Run(t, dir, "clang", link...)
	program, err := record.Instrument(readFile(t, dir, "app.wasm"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var recorded strings.Builder
	w := trace.NewWriter(&recorded)
	if _, err := program.Run(record.Options{Args: []string{"app"}, Stdout: os.DevNull}, w); err != nil {
		t.Fatal(err)
	}
	w.Close()
	ops, err := trace.NewReader(strings.NewReader(recorded.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	front := advice(t, ops, Options{}).front()
	for _, r := range front[:min(6, len(front))] {
		objectOf(t, dir, r.Command)
		toolchain.Run(t, dir, "clang", append(link, "genalloc.o")...)
		if pages := runWASI(t, readFile(t, dir, "app.wasm")); pages != r.Pages {
			t.Errorf("%s: %d pages, predicted %d", r.Command, pages, r.Pages)
		}
	}
}

// runWASI runs a program to its end and returns the pages of its memory.
func runWASI(t *testing.T, file []byte) uint64 {
	t.Helper()
	store := engine.Default().NewStore()
	defer store.Close()
	host, err := engine.WASI{Args: []string{"app"}, Stdout: os.DevNull}.Instance(store)
	if err != nil {
		t.Fatal(err)
	}
	in, err := engine.Instantiate(store, file, engine.Imports{engine.SnapshotPreview1: host})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Call("_start"); err != nil {
		t.Fatal(err)
	}
	return in.Memory("memory").Pages()
}
