// SPDX-License-Identifier: MIT OR Apache-2.0

package programs

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/object"
)

// A Program is software of others, and the work that it is given here.
type Program struct {
	Name string
	Work string // for the reader

	files []string // patterns of C files below the fetched sources
	flags []string // of the compiler; $SOURCE is the folder of the sources
	libs  []string
	args  []string // of the program, which sees the sources as /source and its work as /input
	says  []string // lines that it has to print
}

// Programs lists them, the smaller first.
var Programs = []Program{
	{
		Name: "zlib", Work: "packs and unpacks 512 KiB at three levels, and with eight streams side by side",
		files: []string{"*.c"},
		flags: []string{"-DHAVE_UNISTD_H"},
		says:  []string{"level 9: 524288 to"},
	},
	{
		Name: "bzip2", Work: "unpacks and packs its three sample files",
		files: []string{"blocksort.c", "bzlib.c", "compress.c", "crctable.c", "decompress.c", "huffman.c", "randtable.c"},
		flags: []string{"-DBZ_NO_STDIO"},
		says:  []string{"sample 3:"},
	},
	{
		Name: "lua", Work: "sorts, replaces, yields, catches errors, and makes garbage",
		files: []string{"src/l*.c"},
		flags: []string{"-I$SOURCE/src", "-isystem$WORK/../include", "-include", "$WORK/try.h", "-D_WASI_EMULATED_SIGNAL", "-D_WASI_EMULATED_PROCESS_CLOCKS"},
		libs:  []string{"-lwasi-emulated-signal", "-lwasi-emulated-process-clocks"},
		args:  []string{"/input/work.lua"},
		says:  []string{"sorted\t20000", "yielded\t50005000", "caught\t666", "kept\t299500500"},
	},
	{
		Name: "duktape", Work: "sorts, reads and writes JSON, and makes garbage",
		files: []string{"src/duktape.c"},
		flags: []string{"-I$SOURCE/src", "-isystem$WORK/../include"},
		args:  []string{"/input/work.js"},
		says:  []string{"nodes 40950"},
	},
	{
		Name: "zstd", Work: "packs and unpacks 2 MiB at fifteen levels",
		files: []string{"lib/common/*.c", "lib/compress/*.c", "lib/decompress/*.c"},
		flags: []string{"-I$SOURCE/lib", "-DZSTD_DISABLE_ASM", "-DXXH_NAMESPACE=ZSTD_"},
		says:  []string{"level 15:"},
	},
	{
		Name: "tree-sitter", Work: "parses Go files, and again after an edit",
		files: []string{"*.c", "golang/parser.c"},
		flags: []string{"-Wno-everything"},
		args:  []string{"/source/bindings.go", "/source/golang/binding.go"},
		says:  []string{"bindings.go:"},
	},
	{
		Name: "sqlite", Work: "fills a table, sums, joins, writes JSON, deletes, vacuums and checks itself",
		files: []string{"sqlite3-binding.c"},
		flags: []string{"-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION", "-DSQLITE_OMIT_WAL", "-D_WASI_EMULATED_MMAN",
			"-D_WASI_EMULATED_PROCESS_CLOCKS", "-D_WASI_EMULATED_GETPID"},
		libs: []string{"-lwasi-emulated-mman", "-lwasi-emulated-process-clocks", "-lwasi-emulated-getpid"},
		says: []string{"450015000", "ok"},
	},
}

// An Allocator is what a program is linked with.
type Allocator struct {
	Name  string
	Flags string       // of the contract; empty for the libc's own
	State object.State // of the object
}

// Allocators lists those that are compared: first the one of the libc, by which the others
// are measured, and then each strategy's.
func Allocators() []Allocator {
	list := []Allocator{{Name: "libc"}}
	for _, row := range contract.Strategies {
		if row.Generated {
			list = append(list, Allocator{Name: string(row.Name), Flags: "--abi=c --strategy=" + string(row.Name)})
		}
	}
	return list
}
