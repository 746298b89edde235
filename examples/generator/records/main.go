// SPDX-License-Identifier: MIT OR Apache-2.0

// Records writes C structs with constructors, and an allocator for nothing but them: it
// knows the alignment and the size of the largest. The other parameters of genalloc are
// the caller's.
//
//	go run ./records FILE DIR [FLAGS]
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/validate"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: records FILE DIR [FLAGS]")
	}
	header, largest, err := records(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	files, err := allocator(largest, strings.Join(os.Args[3:], " "))
	if err != nil {
		log.Fatal(err)
	}
	files = append(files, bindings.File{Name: "records.h", Content: header})
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(os.Args[2], f.Name), f.Content, 0o666); err != nil {
			log.Fatal(err)
		}
	}
}

// allocator returns an object for blocks like the largest, tested, and its header.
func allocator(largest layout, flags string) ([]bindings.File, error) {
	order, err := contract.ParseOrder(flags)
	if err != nil {
		return nil, err
	}
	order.HeapBase = contract.LinkerBase
	order.FixedAlign = largest.align
	if slices.Contains(order.Strategy.Row().Flags, "max-block") {
		order.MaxBlock = uint64(largest.size)
	}
	for _, f := range contract.Core.Functions() {
		if f.Role == contract.Allocates || f.Role == contract.Frees {
			order.Functions = append(order.Functions, f.Name)
		}
	}
	c, err := order.Settle()
	if err != nil {
		return nil, err
	}
	module, err := emitter.Emit(c)
	if err != nil {
		return nil, err
	}
	report, err := validate.Run(context.Background(), module, c, validate.Options{})
	if err != nil {
		return nil, err
	}
	for _, f := range report.Failures() {
		return nil, fmt.Errorf("check %s: %v", f.Check, f.Failure)
	}
	linked, err := object.FromModule(module, c, object.Options{})
	if err != nil {
		return nil, err
	}
	files, err := bindings.Write(bindings.C, c, "genalloc.o")
	return append(files, bindings.File{Name: "genalloc.o", Content: linked}), err
}

// A layout is a type's size and alignment in bytes.
type layout struct{ size, align uint32 }

var types = map[string]layout{"char": {1, 1}, "short": {2, 2}, "int": {4, 4}, "double": {8, 8}}

// records returns the header of a file in which each line has a record's name, and then
// the type and the name of each field.
func records(path string) (header []byte, largest layout, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, layout{}, err
	}
	defer file.Close()
	header = []byte("#include \"genalloc.h\"\n")
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words)%2 == 0 {
			return nil, layout{}, fmt.Errorf("%s: %q is not a name with fields", path, lines.Text())
		}
		name, record := words[0], layout{align: 1}
		header = fmt.Appendf(header, "\nstruct %s {\n", name)
		for i := 1; i < len(words); i += 2 {
			field, ok := types[words[i]]
			if !ok {
				return nil, layout{}, fmt.Errorf("%s: record %s: %s is not a type", path, name, words[i])
			}
			record.size = roundUp(record.size, field.align) + field.size
			record.align = max(record.align, field.align)
			header = fmt.Appendf(header, "\t%s %s;\n", words[i], words[i+1])
		}
		largest.size = max(largest.size, roundUp(record.size, record.align))
		largest.align = max(largest.align, record.align)
		header = fmt.Appendf(header, "};\n\nstatic inline struct %s *new_%[1]s(void) { return alloc(sizeof(struct %[1]s)); }\n"+
			"static inline void free_%[1]s(struct %[1]s *r) { dealloc(r, sizeof *r); }\n", name)
	}
	return header, largest, lines.Err()
}

func roundUp(n, align uint32) uint32 { return (n + align - 1) / align * align }
