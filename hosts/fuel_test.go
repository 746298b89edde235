// SPDX-License-Identifier: MIT OR Apache-2.0

package hosts_test

import (
	"testing"

	"github.com/genalloc/genalloc/hosts/page"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/internal/unit"
)

// TestFuel measures malloc and free as hosts call them.
func TestFuel(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld")
	const link = "wasm-ld --no-entry --strip-all --export=malloc --export=free -o x.wasm genalloc.o"
	for row, commands := range map[string]string{
		"genalloc --abi c --strategy lists": "genalloc -q --abi c --strategy lists -o genalloc.o\n" + link,
		"genalloc --abi c":                  "genalloc -q --abi c -o genalloc.o\n" + link,
		"dlmalloc (wasi-libc)":              "clang --target=wasm32-wasi --sysroot=/usr -O2 -nostartfiles -Wl,--no-entry,--strip-all,--export=malloc,--export=free -o x.wasm -x c /dev/null",
	} {
		t.Run(row, func(t *testing.T) {
			dir := t.TempDir()
			page.Run(t, dir, commands)
			file := page.Read(t, dir, "x.wasm")
			page.Row(t, "malloc and free", row, unit.Rounded(fuel(t, file)), unit.Grouped(uint64(len(file))))
		})
	}
}

// fuel returns what malloc and free of a block of 1 to 256 bytes take on average.
func fuel(t *testing.T, file []byte) float64 {
	t.Helper()
	const rounds = 2560
	e := engine.NewWasmtime()
	defer e.Close()
	store := e.NewStore()
	defer store.Close()
	store.Refuel(1 << 40)
	in, err := engine.Instantiate(store, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := uint64(0)
	for i := range uint64(2 * rounds) {
		block, err := in.Call("malloc", i%256+1)
		if err != nil || block[0] == 0 {
			t.Fatalf("malloc: %v, %v", block, err)
		}
		made := store.Burned()
		if _, err := in.Call("free", block[0]); err != nil {
			t.Fatal(err)
		}
		if i >= rounds { // when every class has had a block
			sum += made + store.Burned()
		}
	}
	return float64(sum) / rounds
}
