// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/toolchain"
)

// TestMisuseC makes each mistake in C, which the program says in words.
func TestMisuseC(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld")
	address := regexp.MustCompile(`0x[0-9a-f]+`)
	of := map[int]string{
		contract.Overrun:      "overrun: bytes behind the block were written: allocation 1 at ADDRESS, size 20",
		contract.Underrun:     "underrun: bytes in front of the block were written: allocation 1 at ADDRESS, size 20",
		contract.DoubleFree:   "double free: the block was given back before: allocation 1 at ADDRESS, size 20",
		contract.WildFree:     "wild free: no block was given out there: no allocation at ADDRESS, size 0",
		contract.WrongSize:    "wrong size: the block has another size: allocation 1 at ADDRESS, size given 21",
		contract.WrongAlign:   "wrong alignment: the block has another alignment: allocation 1 at ADDRESS, alignment given 4",
		contract.UseAfterFree: "use after free: the block was written after it was given back: allocation 1 at ADDRESS, size 20",
		contract.Leak:         "leak: the block is live: allocation 1 at ADDRESS, size 20",
	}
	for _, row := range contract.Strategies {
		if !row.Generated {
			continue
		}
		for _, abi := range []contract.ABI{contract.Core, contract.C} {
			dir := bind(t, fmt.Sprintf("--abi=%s --strategy=%s --debug=call", abi, row.Name), "genalloc.o", bindings.C)
			for kind, want := range of {
				args := []string{"--target=wasm32-wasi", "--sysroot=/usr", "-O1", "-fno-builtin", "-Wall", "-Wextra", "-Werror",
					fmt.Sprint("-DKIND=", kind), "-I.", "-o", "use.wasm", source(t, "misuse.c"), "genalloc.o"}
				switch {
				case abi == contract.Core:
					args = append(args, "-DCORE")
				case kind == contract.WrongSize || kind == contract.WrongAlign:
					continue // free names neither
				}
				toolchain.Run(t, dir, "clang", args...)
				out, said := wasi(t, read(t, filepath.Join(dir, "use.wasm")))
				// Blocks of libc's own may be live, too, and are leaks then.
				first, _, _ := strings.Cut(address.ReplaceAllString(said, "ADDRESS"), "\n")
				if first != "genalloc: "+want || !strings.HasPrefix(out, "0 ") {
					t.Errorf("--abi %s --strategy %s: %s: the program prints %q and says\n%s", abi, row.Name, want, out, said)
				}
			}
		}
	}
}

// wasi runs a command and returns what it prints and what it says on standard error.
func wasi(t *testing.T, file []byte) (stdout, stderr string) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	var out, said bytes.Buffer
	if _, err := r.InstantiateWithConfig(ctx, file, wazero.NewModuleConfig().WithStdout(&out).WithStderr(&said)); err != nil && !strings.Contains(err.Error(), "exit_code(0)") {
		t.Fatal(err)
	}
	return out.String(), said.String()
}

func TestMisuseJS(t *testing.T) {
	toolchain.Need(t, "node")
	node(t, bind(t, "--debug=call", "genalloc.wasm", bindings.JS), "misuse.mjs", `genalloc: overrun: bytes behind the block were written: allocation 1 at 0x4e0, size 20
genalloc: double free: the block was given back before: allocation 1 at 0x4e0, size 20
genalloc: wild free: no block was given out there: no allocation at 0x80000000, size 0
0 1 -1
5,6
`)
}

func TestMisuseGo(t *testing.T) {
	const each = `genalloc: overrun: bytes behind the block were written: allocation 1 at 0x4e0, size 20
genalloc: wild free: no block was given out there: no allocation at 0x8, size 0
genalloc: leak: the block is live: allocation 0 at 0x430, size 100
1 <nil>
`
	golang(t, bind(t, "--debug=call", "genalloc.wasm", bindings.Go), "misuse.go.txt", each+each)
}
