// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/validate"
)

// TestInlineBroken: inlined code that is wrong is found, whatever is wrong with it.
func TestInlineBroken(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld")
	for _, tt := range []struct{ name, flags, right, wrong string }{
		{"alignment", "", "before & (0 - (uint32_t)align)", "before & (0 - (uint32_t)(align > 4096 ? 4096 : align))"},
		{"large alignment", "", "if (__builtin_expect((at & 65535)", "if (__builtin_expect((before & 65535)"},
		{"foreign growth", "", "at & 65535", "at & 131071"},
		{"4 GiB", "", "(at & 65535) <= size", "at <= size"},
		{"overflow of sizes", "", "(at & 65535) <= size", "(int32_t)(at & 65535) <= (int32_t)size"},
		{"size 0 at the end", "", "(at & 65535) <= size", "(at & 65535) < size"},
		{"top after a failure", "", "genalloc_top = before;", ""},
		{"rounded end", "--min-align=16", "genalloc_top = (at - size) & ~15u", "genalloc_top = at - size"},
		{"zeroing", "--abi=core,arena", "void *alloc_zeroed(size_t size, size_t align);", "#define alloc_zeroed alloc"},
		{"growth of an older block", "", "genalloc_top + (uint32_t)ptr + old == 0 && ", ""},
		{"growth past the page", "", " && (genalloc_top & 65535) >= more", ""},
		{"top after growth", "", "genalloc_top = genalloc_top - more;", ""},
		{"an older block freed", "--strategy=stack", "top + (uint32_t)ptr + bytes == 0", "1"},
		{"used memory taken for fresh", "--strategy=stack", "genalloc_high = top < genalloc_high ? top : genalloc_high;", ""},
		{"class", "--strategy=lists", "units << (zeros & 31) >> 29", "units << (zeros & 31) >> 30"},
		{"class of size 0", "--strategy=lists", "(size != 0)", "1"},
		{"class of an alignment", "--strategy=lists", " | ((uint32_t)align - 1)", ""},
		{"list after an allocation", "--strategy=lists", "*head = *(genalloc_link *)block;", ""},
		{"list after a free", "--strategy=lists", "*(genalloc_link *)ptr = *head;", ""},
		{"end of the region", "--strategy=lists", "(top - genalloc_limit >= bytes) & ", ""},
		{"place in the region", "--strategy=lists", " & ((top & ((bytes & (0 - bytes)) - 1)) == 0)", ""},
		{"sizes above the largest", "--strategy=lists --max-block=4096", "if (units > 511)", "if (0)"},
		{"top of the region", "--strategy=lists", "genalloc_top = top - bytes;", "genalloc_top = top - size;"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, c := bindInline(t, tt.flags, bindings.C)
			header := string(read(t, filepath.Join(dir, "genalloc.h")))
			if !strings.Contains(header, tt.right) {
				t.Fatalf("the header has no %q", tt.right)
			}
			save(t, dir, "genalloc.h", []byte(strings.ReplaceAll(header, tt.right, tt.wrong)))
			harnessC(t, dir, c, "-Wno-error")
			if len(failures(t, dir, c, validate.Scope{MaxRequest: 1<<32 - 1})) == 0 {
				t.Errorf("nothing is found with %q for %q", tt.wrong, tt.right)
			}
		})
	}
}
