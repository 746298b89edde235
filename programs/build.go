// SPDX-License-Identifier: MIT OR Apache-2.0

package programs

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// A Builder builds programs.
type Builder struct {
	Sources string // the folder with the sources of each program
	Work    string // the folder with the work of each program: this package's
	Build   string // the folder to build in; what is there is used again
	Names   bool   // link names of functions into the programs
	Meter   bool   // make the programs count what the functions of an allocator that is linked in cost
}

// NewBuilder returns a builder in the repository at root, which builds in out/programs.
func NewBuilder(root string) (Builder, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return Builder{}, err
	}
	out := filepath.Join(root, "out", "programs")
	b := Builder{Sources: filepath.Join(out, "src"), Work: filepath.Join(root, "programs"), Build: filepath.Join(out, "build")}
	return b, os.MkdirAll(b.Build, 0o777)
}

// counters is the function of a build with --stats, and what it stores at an address is
// described in docs/watching.md.
const counters = "genalloc_stats"

// clang compiles C for WASI. errno needs the model of thread-local variables that an
// older clang does not choose by itself.
var clang = []string{"clang", "--target=wasm32-wasi", "--sysroot=/usr", "-mbulk-memory", "-mmutable-globals", "-ftls-model=local-exec", "-w"}

// ErrSources says that nobody has fetched the sources of a program.
var ErrSources = errors.New("the sources are missing: run programs/fetch")

// Link returns the program with an allocator linked in.
func (b Builder) Link(p Program, a Allocator) ([]byte, error) {
	objects, err := b.compile(p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	var allocator []byte
	dir, err := os.MkdirTemp(b.Build, "link")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if a.Flags != "" {
		if allocator, err = allocatorObject(a); err != nil {
			return nil, fmt.Errorf("%s: %w", a.Name, err)
		}
		path := filepath.Join(dir, "genalloc.o")
		if err := os.WriteFile(path, allocator, 0o666); err != nil {
			return nil, err
		}
		objects = append(objects, path)
	}
	linked := filepath.Join(dir, "program.wasm")
	// The stack is below the data, so the linker's default of 64 KiB is no part of the heap.
	args := slices.Concat(objects, p.libs, []string{"-Wl,--export=__stack_pointer", "-Wl,--export=__heap_base", "-Wl,--export-if-defined=" + counters, "-Wl,-z,stack-size=262144", "-o", linked})
	if !b.Names && !b.Meter {
		args = append(args, "-Wl,--strip-all")
	}
	if err := run(dir, args...); err != nil {
		return nil, fmt.Errorf("%s with %s: %w", p.Name, a.Name, err)
	}
	file, err := os.ReadFile(linked)
	if err != nil || !b.Meter {
		return file, err
	}
	return metered(file, allocator)
}

// metered returns the program with counters of what the functions of an object cost in it.
// The linker keeps the names of the object's symbols.
func metered(program, allocator []byte) ([]byte, error) {
	m, err := wasm.Decode(program)
	if err != nil {
		return nil, err
	}
	info, err := object.Inspect(allocator)
	if err != nil {
		return nil, err
	}
	own, symbols := map[uint32]bool{}, map[string]bool{}
	for _, s := range info.Symbols {
		if s.Kind == object.SymbolFunction {
			symbols[s.Name] = true
		}
	}
	for _, f := range m.Names(wasm.KindFunc) {
		own[f.Index] = symbols[f.Name]
	}
	file, _, err := cost.CountIn(program, func(i uint32) bool { return own[i] })
	return file, err
}

// allocatorObject makes the object of an allocator.
func allocatorObject(a Allocator) ([]byte, error) {
	c, err := contract.Parse(a.Flags + " --heap-base=linker")
	if err != nil {
		return nil, err
	}
	module, err := emitter.Emit(c)
	if err != nil {
		return nil, err
	}
	return object.FromModule(module, c, object.Options{State: a.State})
}

// compile compiles the program and its work, unless that was done, and returns the
// objects.
func (b Builder) compile(p Program) ([]string, error) {
	source, work := filepath.Join(b.Sources, p.Name), filepath.Join(b.Work, p.Name)
	files := []string{filepath.Join(work, "work.c")}
	for _, pattern := range p.files {
		found, err := filepath.Glob(filepath.Join(source, pattern))
		if err != nil || len(found) == 0 {
			return nil, cmp.Or(err, ErrSources)
		}
		files = append(files, found...)
	}
	// Programs of their own, which Lua has beside the library.
	files = slices.DeleteFunc(files, func(f string) bool { return slices.Contains([]string{"lua.c", "luac.c"}, filepath.Base(f)) })
	fill := strings.NewReplacer("$SOURCE", source, "$WORK", work)
	args := []string{"-O2", "-I" + source, "-c"}
	for _, f := range p.flags {
		args = append(args, fill.Replace(f))
	}
	key, err := hash(args, append(files, headers(work)...))
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(b.Build, fmt.Sprintf("%s-%.16s", p.Name, key))
	if _, err := os.Stat(dir); err != nil {
		part := dir + ".part"
		if err := errors.Join(os.RemoveAll(part), os.MkdirAll(part, 0o777)); err != nil {
			return nil, err
		}
		for from, files := range byFolder(files) {
			to := filepath.Join(part, from)
			if err := os.Mkdir(to, 0o777); err != nil {
				return nil, err
			}
			if err := run(to, append(args, files...)...); err != nil {
				return nil, err
			}
		}
		if err := os.Rename(part, dir); err != nil {
			return nil, err
		}
	}
	return filepath.Glob(filepath.Join(dir, "*", "*.o"))
}

// byFolder keeps files of one name apart, since their objects have one name too.
func byFolder(files []string) map[string][]string {
	folders := map[string][]string{}
	for _, f := range files {
		folders[filepath.Base(filepath.Dir(f))] = append(folders[filepath.Base(filepath.Dir(f))], f)
	}
	return folders
}

func headers(dir string) []string {
	found, _ := filepath.Glob(filepath.Join(dir, "*.h"))
	return found
}

// hash tells builds apart, by the compiler's words and the files that it is given.
func hash(args, files []string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, clang, args)
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// run runs clang.
func run(dir string, args ...string) error {
	c := exec.Command(clang[0], append(clang[1:], args...)...)
	c.Dir = dir
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(out.String()), "\n")
		return fmt.Errorf("clang: %w: %s", err, first)
	}
	return nil
}
