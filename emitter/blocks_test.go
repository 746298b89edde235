// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"regexp"
	"strings"
	"testing"
	"text/template"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/grid"
	"github.com/genalloc/genalloc/templates"
)

const spine = "alloc.wat.tmpl"

// TestBlocksAreUsed checks that the table of parameters, with each ABI's own module,
// renders every block under one strategy or another, and that every block that is
// chosen exists.
func TestBlocksAreUsed(t *testing.T) {
	blocks := parseBlocks(t)
	unused := map[string]bool{}
	for name := range blocks {
		unused[name] = true
	}
	rows, _ := grid.Cover()
	var texts []string
	for _, r := range rows {
		texts = append(texts, r.Text())
	}
	texts = append(texts, "--heap-base=linker", "--abi=c", "--abi=c --heap-base=linker", "--abi=c --dirty", "--abi=cabi", "--abi=wasm-bindgen",
		"--abi=cosmwasm --target=cosmwasm", "--abi=core,cosmwasm --target=cosmwasm --dirty", "--abi=proxy-wasm",
		"--on-grow=env.grown", "--abi=c --memory64", "--stats --abi=core,cabi --functions=-alloc_zeroed", "--stats --abi=cosmwasm --target=cosmwasm", "--stats --abi=c",
		"--debug", "--debug=call", "--debug=call --fixed-align=16 --oom=trap", "--debug --abi=c", "--debug=call --abi=c --heap-base=linker", "--debug --abi=c,arena --oom=trap",
		"--debug --abi=cabi,wasm-bindgen", "--debug=call --abi=cosmwasm --target=mvp", "--debug --abi=proxy-wasm", "--abi=core,arena", "--abi=core,arena --grow=never", "--abi=core,arena --fixed-align=16", "--abi=core,arena --optimize=size", "--abi=c,arena --heap-base=import:env.base")
	texts = append(texts, "--threads", "--threads --heap-base=1024 --strategy="+string(contract.LongRunning), "--threads --fixed-align=16", "--threads --memory=export --max-pages=8", "--threads --heap-base=linker",
		"--threads --initial-pages=4 --heap-base=1024", "--threads --heap-base=import:env.base", "--threads --abi=c --oom=trap")
	texts = append(texts, "--memory64 --strategy=lists", "--memory64 --strategy=lists --split=false --grow=chunk=4", "--memory64 --strategy=lists --split=false", "--memory64 --strategy=lists --optimize=size --heap-base=linker")
	texts = append(texts, "--abi=opa", "--abi=opa --heap-base=linker", "--abi=opa --grow=never --min-align=8")
	for _, row := range contract.Strategies {
		if row.Generated {
			texts = append(texts, "--abi=opa --functions=opa_malloc,opa_free,opa_realloc --strategy="+string(row.Name))
		}
	}
	texts = append(texts, grid.Own()...)
	for _, flags := range []string{"", "--optimize=size", "--split=false", "--classes=1 --grow=double", "--max-block=4096", "--classes=1 --max-block=4096", "--dirty --heap-base=import:env.base", "--dirty", "--heap-base=linker", "--functions=malloc,free,malloc_usable_size"} {
		texts = append(texts, "--strategy="+string(contract.LongRunning)+" --abi=c "+flags)
	}
	for _, c := range contracts(t, texts) {
		m, err := emitter.NewModel(c)
		must(t, err)
		text := c.String()
		for axis, choice := range m.Choices {
			if _, ok := blocks[axis+"."+choice]; choice != "" && !ok {
				t.Errorf("%s: block %s.%s is chosen and does not exist", text, axis, choice)
			}
		}
		for _, name := range rendered(t, m, blocks) {
			delete(unused, name)
		}
		if _, err := m.WAT(); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for name := range unused {
		t.Errorf("block %s is used by no contract of the table", name)
	}
}

// contracts parses the texts, for the default strategy, which allows all of them, and
// for each other one that allows them.
func contracts(t *testing.T, texts []string) []contract.Contract {
	t.Helper()
	var cs []contract.Contract
	for _, text := range texts {
		cs = append(cs, parse(t, text))
		for _, row := range contract.Strategies[1:] {
			if c, err := contract.Parse(text + " --strategy=" + string(row.Name)); err == nil && row.Generated {
				cs = append(cs, c)
			}
		}
	}
	return cs
}

// parseBlocks returns the text of each block, and of the spine.
func parseBlocks(t *testing.T) map[string]string {
	t.Helper()
	stub := func(...any) string { return "" }
	set, err := template.New("").Funcs(template.FuncMap{
		"part": stub, "round": stub, "next": stub, "others": stub, "endpage": stub,
		"headat": stub, "stackat": stub, "units": stub, "number": stub, "emptied": stub, "memorygrow": stub, "amount": stub, "counted": stub,
	}).ParseFS(templates.FS, "*.wat.tmpl")
	must(t, err)
	blocks := map[string]string{}
	for _, b := range set.Templates() {
		if b.Name() == spine || !strings.HasSuffix(b.Name(), ".tmpl") {
			blocks[b.Name()] = b.Root.String()
		}
	}
	return blocks
}

// actions finds what a block computes, and calls the parts that it names there, as
// {{part "axis"}}, {{axis "expression"}} or {{template "block" .}}.
var (
	actions = regexp.MustCompile(`\{\{.*?\}\}`)
	calls   = regexp.MustCompile(`(?:part|template) "([^"]+)"|[{(](round|next|others|endpage|headat|stackat|units|number|emptied|memorygrow)\b`)
)

// rendered lists the blocks that the model's text is made of. As no template has a
// condition, they are those that can be reached from the spine.
func rendered(t *testing.T, m *emitter.Model, blocks map[string]string) []string {
	t.Helper()
	seen, list := map[string]bool{}, []string{}
	var visit func(name string)
	visit = func(name string) {
		if choice, isAxis := m.Choices[name]; isAxis {
			if choice == "" {
				return
			}
			name += "." + choice
		}
		text, ok := blocks[name]
		if !ok {
			t.Fatalf("block %s is used and does not exist", name)
		}
		if seen[name] {
			return
		}
		seen[name], list = true, append(list, name)
		for _, action := range actions.FindAllString(text, -1) {
			for _, call := range calls.FindAllStringSubmatch(action, -1) {
				visit(call[1] + call[2])
			}
		}
	}
	visit(spine)
	for _, x := range m.Counted {
		for _, name := range x.Blocks() {
			visit(name)
		}
	}
	for _, fields := range [][]string{m.Memory, m.State, m.Functions, m.Adapters} {
		for _, name := range fields {
			visit(name)
		}
	}
	return list
}
