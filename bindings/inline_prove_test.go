// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"path/filepath"
	"testing"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/wasm"
)

// TestInlineProved proves what code in each language has of an allocator: all but realloc,
// which takes a minute.
func TestInlineProved(t *testing.T) {
	const flags = "--functions=-realloc"
	for name, tt := range map[string]struct {
		language bindings.Language
		compile  func(t *testing.T, dir string, c contract.Contract)
	}{
		"C": {bindings.C, func(t *testing.T, dir string, c contract.Contract) {
			toolchain.Need(t, "clang", "wasm-ld")
			harnessC(t, dir, c, "-DNO_REALLOC")
		}},
		"Rust": {bindings.Rust, func(t *testing.T, dir string, _ contract.Contract) {
			toolchain.Need(t, toolchain.Rust, "wasm-ld")
			rust(t, dir, "harness.rs", "-C", "link-arg=genalloc.o", "-C", "lto=fat", "-C", "codegen-units=1", "--cfg", "no_realloc")
		}},
		"Zig": {bindings.Zig, func(t *testing.T, dir string, _ contract.Contract) { zig(t, dir, "harness.zig") }},
	} {
		t.Run(name, func(t *testing.T) {
			dir, c := bindInline(t, flags, tt.language)
			tt.compile(t, dir, c)
			program, err := wasm.Decode(read(t, filepath.Join(dir, "use.wasm")))
			if err != nil {
				t.Fatal(err)
			}
			names := map[string]string{}
			for _, f := range c.Signatures() {
				names[f.Name] = "use_" + f.Name
			}
			m, err := prove.Locate(program, c, names)
			if err != nil {
				t.Fatal(err)
			}
			hints, err := prove.Guess(m, c)
			if err != nil {
				t.Fatal(err)
			}
			report, err := prove.Run(t.Context(), m, c, hints, prove.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if worst := report.Worst(); worst.Verdict != prove.Proved {
				t.Errorf("%s is %s: %s", worst.Obligation.Name, worst.Verdict, worst.Reason)
			}
		})
	}
}
