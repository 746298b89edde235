// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/bench"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/trace"
	"github.com/genalloc/genalloc/trace/profile"
)

// The programs do the same: 100 blocks of 10, 20, ... 1000 bytes, of which every second
// ends, one of 4000 zeroes, which is resized to 9000, and an end of everything. At most
// 25,500 + 9000 bytes are live: those of the blocks that are left, and of the large one.
// Before that, all blocks are: 50,500.
const cSource = `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv) {
	static char *all[100];
	char line[9] = "", *large;
	for (int i = 0; i < 100; i++) memset(all[i] = malloc(10 * i + 10), i, 10 * i + 10);
	for (int i = 0; i < 100; i += 2) free(all[i]);
	large = realloc(calloc(40, 100), 9000);
	for (int i = 1; i < 100; i += 2) free(all[i]);
	fread(line, 1, 8, stdin);
	int bad = large[3999] || strcmp(line, "input") || argc != 2 || strcmp(argv[1], "word") || strcmp(getenv("NAME"), "value");
	free(large);
	return bad;
}`

const rustSource = `fn main() {
	let mut all: Vec<Option<Vec<u8>>> = (0..100).map(|i| Some(Vec::with_capacity(10 * i + 10))).collect();
	for i in (0..100).step_by(2) { all[i] = None; }
	let mut large = vec![0u8; 4000];
	large.reserve_exact(5000);
	drop(all);
	std::process::exit((large[3999] != 0 || large.capacity() != 9000 || std::env::args().count() != 2) as i32);
}`

const zigSource = `const std = @import("std");
pub fn main() !void {
	const a = std.heap.wasm_allocator;
	var all: [100][]u8 = undefined;
	for (&all, 0..) |*b, i| b.* = try a.alloc(u8, 10 * i + 10);
	for (all, 0..) |b, i| if (i % 2 == 0) a.free(b);
	var large = try a.alloc(u8, 4000);
	large = try a.realloc(large, 9000);
	for (all, 0..) |b, i| if (i % 2 == 1) a.free(b);
	a.free(large);
}`

const assemblyScriptSource = `export function work(): void {
	const all = new StaticArray<usize>(100);
	for (let i = 0; i < 100; i++) all[i] = heap.alloc(10 * i + 10);
	for (let i = 0; i < 100; i += 2) heap.free(all[i]);
	const large = heap.realloc(heap.alloc(4000), 9000);
	for (let i = 1; i < 100; i += 2) heap.free(all[i]);
	heap.free(large);
}`

func compile(t *testing.T, source, ending string, tool string, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "app."+ending), []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	toolchain.Run(t, dir, tool, args...)
	file, err := os.ReadFile(filepath.Join(dir, "app.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestPrograms: programs of four toolchains are recorded, by names of functions and by
// exports, do what they do without it, and a replay of the trace has the same peak.
func TestPrograms(t *testing.T) {
	input := filepath.Join(t.TempDir(), "input")
	if err := os.WriteFile(input, []byte("input"), 0o666); err != nil {
		t.Fatal(err)
	}
	c := []string{"--target=wasm32-wasi", "--sysroot=/usr", "app.c", "-o", "app.wasm"}
	for _, tt := range []struct {
		name    string
		program func(t *testing.T) []byte
		invoke  []string
	}{
		{"C", func(t *testing.T) []byte {
			toolchain.Need(t, "clang")
			return compile(t, cSource, "c", "clang", append(c, "-Wl,--export=__heap_base")...)
		}, nil},
		{"C without names", func(t *testing.T) []byte {
			toolchain.Need(t, "clang")
			return compile(t, cSource, "c", "clang", append(c, "-O2", "-s", "-Wl,--export=malloc,--export=free,--export=calloc,--export=realloc")...)
		}, nil},
		{"Rust", func(t *testing.T) []byte {
			toolchain.Need(t, toolchain.Rust, "wasm-ld")
			return compile(t, rustSource, "rs", toolchain.Rust, "-O", "--target=wasm32-wasi", "app.rs")
		}, nil},
		{"Zig", func(t *testing.T) []byte {
			return compile(t, zigSource, "zig", toolchain.Zig(t), "build-exe", "-target", "wasm32-wasi", "app.zig")
		}, nil},
		{"AssemblyScript", func(t *testing.T) []byte {
			return compile(t, assemblyScriptSource, "ts", toolchain.Node(t, "asc"), "app.ts", "-o", "app.wasm", "--debug")
		}, []string{"work"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := instrument(t, tt.program(t), nil)
			o := Options{Args: []string{"app", "word"}, Env: map[string]string{"NAME": "value"}, Stdin: input, Invoke: tt.invoke}
			text, report, err := run(p, o)
			if err != nil || report.Unknown+report.Missed+report.Refused > 0 {
				t.Fatalf("%+v, %v; found %v", report, err, p.Found)
			}
			got, err := profile.Read(trace.NewReader(strings.NewReader(text)))
			if err != nil {
				t.Fatal(err)
			}
			// A runtime has blocks of its own.
			if got.PeakBytes < 50_500 || got.PeakBytes > 55_000 || got.Allocations < 101 || got.Frees < 100 || got.HeapBase == 0 || got.StartPages == 0 {
				t.Errorf("%+v", got)
			}
			replay(t, text, got.PeakBytes)
		})
	}
}

// replay replays a trace on a module and compares the peak of live bytes.
func replay(t *testing.T, text string, peak uint64) {
	t.Helper()
	workloads, err := bench.Trace("app", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	order := contract.Must(contract.Parse("--strategy=lists"))
	file, err := emitter.Emit(order)
	if err != nil {
		t.Fatal(err)
	}
	r, err := bench.Run(context.Background(), []bench.Module{{Name: "lists", File: file, Contract: order}}, bench.Options{Workloads: workloads})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range r.Modules[0].Results {
		if x.Absent != "" || x.Live != peak {
			t.Errorf("%s: %d bytes are live at most, want %d; %s", x.Workload, x.Live, peak, x.Absent)
		}
	}
}
