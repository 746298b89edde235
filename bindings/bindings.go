// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"path"
	"slices"
	"text/template"

	"github.com/genalloc/genalloc/contract"
)

// Module is the name of the module from which the binding of a module, and not of an
// object, imports the functions.
const Module = "genalloc"

// A Language is a language that has bindings.
type Language string

// The languages.
const (
	C              Language = "c"              // a header
	Rust           Language = "rust"           // a no_std module with a #[global_allocator]
	Zig            Language = "zig"            // a std.mem.Allocator
	AssemblyScript Language = "assemblyscript" // a runtime for asc --runtime
	JS             Language = "js"             // an ES module and its types
	Go             Language = "go"             // the module embedded, and typed calls for wazero
)

// Languages lists every language.
var Languages = []Language{C, Rust, Zig, AssemblyScript, JS, Go}

// A File is one file of a binding.
type File struct {
	Name    string // without a directory
	Content []byte
}

// A writer describes a language's binding.
type writer struct {
	endings []string        // of the files; each has a template
	object  bool            // it can link an object
	module  bool            // it can call a module that is instantiated beside the program or merged into it
	needs   []contract.Role // of the functions of the core ABI that it calls
}

var writers = map[Language]writer{
	C:              {endings: []string{".h"}, object: true, module: true},
	Rust:           {endings: []string{".rs"}, object: true, module: true, needs: []contract.Role{contract.Allocates, contract.Frees}},
	Zig:            {endings: []string{".zig"}, object: true, module: true, needs: []contract.Role{contract.Allocates, contract.Frees}},
	AssemblyScript: {endings: []string{".ts"}, module: true, needs: []contract.Role{contract.AllocatesZeroed, contract.Frees, contract.Resizes}},
	JS:             {endings: []string{".js", ".d.ts"}, module: true},
	Go:             {endings: []string{".go"}, module: true},
}

//go:embed templates/*.tmpl
var templates embed.FS

// Write returns the binding of a language for the contract's object, if the linker
// decides the heap base, and for its module otherwise. file is the name of that file.
// The same arguments give the same bytes.
//
// It refuses a language that cannot call such a file, and names of functions that are
// no identifiers of the language.
func Write(l Language, c contract.Contract, file string) ([]File, error) {
	return write(l, c, file, false)
}

// Inline is [Write] for an object whose state is visible (object.Options.Inline): what
// takes no more than that state is code of the binding, which a compiler puts into the
// caller, and the rest calls the object.
func Inline(l Language, c contract.Contract, file string) ([]File, error) {
	if err := c.CheckInline(); err != nil {
		return nil, err
	}
	return write(l, c, file, true)
}

func write(l Language, c contract.Contract, file string, inline bool) ([]File, error) {
	w, ok := writers[l]
	if !ok {
		return nil, fmt.Errorf("%q is no language that bindings are written in", l)
	}
	m, err := newModel(l, c, path.Base(file))
	if err != nil {
		return nil, err
	}
	switch {
	case m.Object && !w.object:
		return nil, fmt.Errorf("%s calls modules and cannot be linked with an object: name the output x.wasm", l)
	case !m.Object && !w.module:
		return nil, fmt.Errorf("%s links objects and imports no module: name the output x.o", l)
	}
	for _, f := range contract.Core.Functions() {
		if slices.Contains(w.needs, f.Role) && m.Core(f.Name) == nil {
			return nil, fmt.Errorf("%s needs the function %s of --abi core: include it", l, f.Name)
		}
	}
	if inline {
		m.Inline = inlinings[c.Strategy](c)
		m.Command += " --inline"
	}
	var files []File
	var t *template.Template
	words := m.words()
	words["body"] = func(language string, f function) (string, error) { return m.inline(t, language, "", f) }
	words["state"] = func(language, name string) (string, error) { return m.inline(t, language, name, function{}) }
	t = template.Must(template.New("").Funcs(words).ParseFS(templates, "templates/*.tmpl"))
	for _, ending := range w.endings {
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, string(l)+ending+".tmpl", m); err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
		content := b.Bytes()
		if l == Go {
			if content, err = format.Source(content); err != nil {
				return nil, fmt.Errorf("templates: %w", err)
			}
		}
		files = append(files, File{m.Stem + ending, content})
	}
	return files, nil
}
