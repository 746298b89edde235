// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
)

func TestWriteRefuses(t *testing.T) {
	for _, tt := range []struct {
		language bindings.Language
		flags    string
		file     string
		want     string
	}{
		{"cobol", "", "x.wasm", `"cobol" is no language`},
		{bindings.JS, "--heap-base=linker", "x.o", "js calls modules"},
		{bindings.Go, "--heap-base=linker", "x.a", "go calls modules"},
		{bindings.AssemblyScript, "--heap-base=linker", "x.o", "assemblyscript calls modules"},
		{bindings.Rust, "--abi=c --heap-base=linker", "x.o", "rust needs the function alloc of --abi core"},
		{bindings.Zig, "--functions=alloc", "x.wasm", "zig needs the function dealloc"},
		{bindings.AssemblyScript, "--functions=alloc,dealloc", "x.wasm", "assemblyscript needs the function alloc_zeroed"},
		{bindings.C, "'--export=alloc=two words'", "x.wasm", `"two words" is no name of a function in c`},
		{bindings.Go, "", "-.wasm", "makes no name of a package"},
	} {
		c, err := contract.Parse(tt.flags)
		if err != nil {
			t.Fatal(err)
		}
		files, err := bindings.Write(tt.language, c, tt.file)
		if err == nil || !strings.Contains(err.Error(), tt.want) || files != nil {
			t.Errorf("%s %q %s: error %v, want %q", tt.language, tt.flags, tt.file, err, tt.want)
		}
	}
}

// TestNames: a name that a contract allows can neither end a comment nor a string
// of any language.
func TestNames(t *testing.T) {
	c, err := contract.Parse(`'--export=alloc=a*/"b\' --memory-name=m"`)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []bindings.Language{bindings.JS, bindings.Go} {
		files, err := bindings.Write(l, c, "x.wasm")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			for _, line := range strings.Split(string(f.Content), "\n") {
				if strings.Contains(line, `a*/"b\`) && !strings.HasPrefix(line, "//") {
					t.Errorf("%s: %s", f.Name, line)
				}
			}
			if name := []byte(`"a*/\"b\\"`); f.Name != "x.d.ts" && !bytes.Contains(f.Content, name) {
				t.Errorf("%s does not call %s", f.Name, name)
			}
		}
	}
}

// TestEveryABI: the languages without an allocator interface take any functions.
func TestEveryABI(t *testing.T) {
	for _, abi := range contract.ABIs {
		all := abi
		if abi == contract.Arena {
			all = contract.Core + "," + contract.Arena // its functions work on other ABIs' blocks
		}
		c := contract.Must(contract.Order{ABI: all, Target: contract.CosmWasm}.Settle())
		for _, l := range []bindings.Language{bindings.C, bindings.JS, bindings.Go} {
			files, err := bindings.Write(l, c, "x.wasm")
			if err != nil {
				t.Errorf("%s in %s: %v", abi, l, err)
				continue
			}
			for _, f := range c.Signatures() {
				if !bytes.Contains(files[0].Content, []byte(f.Name)) {
					t.Errorf("%s in %s: %s is missing", abi, l, f.Name)
				}
			}
		}
	}
}

// TestDocs: every language says what running out of memory does, and what becomes of
// a block that is given back.
func TestDocs(t *testing.T) {
	null, trap := "0 (null) when out of memory", "traps when out of memory"
	for _, tt := range []struct {
		flags, want, not string
	}{
		{"", null, trap},
		{"--oom=trap", trap, null},
		{"", "reuses nothing", "reuses the newest block"},
		{"--strategy=stack", "reuses the newest block", "reuses nothing"},
	} {
		c := contract.Must(contract.Parse(tt.flags))
		for _, l := range bindings.Languages {
			files, err := bindings.Write(l, c, "x.wasm")
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				// Three functions of the four return a block, and AssemblyScript calls two.
				want := map[string]int{null: 3, trap: 3}[tt.want]
				if l == bindings.AssemblyScript {
					want = min(want, 2)
				}
				if got := strings.Count(string(f.Content), tt.want); got < max(1, want) {
					t.Errorf("%q: %s says %d times %q, want %d", tt.flags, f.Name, got, tt.want, max(1, want))
				}
				if strings.Contains(string(f.Content), tt.not) {
					t.Errorf("%q: %s says %q", tt.flags, f.Name, tt.not)
				}
			}
		}
	}
}

// TestNamesImports: JavaScript is told what instantiate has to be given.
func TestNamesImports(t *testing.T) {
	for flags, want := range map[string][]string{
		"": {"what the module imports: nothing", "The module imports nothing.", "instantiate(imports?: "},
		"--memory=import --heap-base=import:env.__heap_base": {
			"what the module imports: env.memory, env.__heap_base", "The module imports env.memory, env.__heap_base.", "instantiate(imports: "},
	} {
		files, err := bindings.Write(bindings.JS, contract.Must(contract.Parse(flags)), "x.wasm")
		if err != nil {
			t.Fatal(err)
		}
		all := ""
		for _, f := range files {
			all += string(f.Content)
		}
		for _, text := range want {
			if !strings.Contains(all, text) {
				t.Errorf("%q: no file says %q", flags, text)
			}
		}
	}
}

// TestErrno: a header says whether errno is set.
func TestErrno(t *testing.T) {
	const sets, none = "A function that returns null sets errno", "No function sets errno."
	for flags, want := range map[string]string{
		"--abi=c --heap-base=linker":            sets,
		"--abi=c":                               none,
		"--abi=c --heap-base=linker --oom=trap": none,
		"--heap-base=linker":                    "",
	} {
		files, err := bindings.Write(bindings.C, contract.Must(contract.Parse(flags)), "x.o")
		if err != nil {
			t.Fatal(err)
		}
		text := string(files[0].Content)
		for _, line := range []string{sets, none} {
			if strings.Contains(text, line) != (line == want) {
				t.Errorf("%q: the header says %q: %v", flags, line, line != want)
			}
		}
	}
}
