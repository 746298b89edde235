// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/grid"
	"github.com/genalloc/genalloc/templates"
)

// TestPartsAreUsed checks that the table of parameters, with each ABI's own
// module, needs every part, and that every part that is chosen exists.
func TestPartsAreUsed(t *testing.T) {
	unused := map[string]bool{}
	exists := map[string]bool{}
	files, err := fs.Glob(templates.FS, "parts/*.part")
	must(t, err)
	named := map[string]bool{} // in another template
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "parts/"), ".part")
		unused[name], exists[name] = true, true
	}
	for _, file := range append(files, "alloc.wat.tmpl") {
		text, err := fs.ReadFile(templates.FS, file)
		must(t, err)
		for name := range exists {
			if strings.Contains(string(text), `part "`+name+`"`) {
				named[name] = true
			}
		}
	}
	rows, _ := grid.Cover()
	var texts []string
	for _, r := range rows {
		texts = append(texts, r.Text())
	}
	texts = append(texts, "--heap-base=linker", "--abi=c", "--abi=cabi", "--abi=wasm-bindgen", "--abi=cosmwasm --target=cosmwasm", "--abi=proxy-wasm")
	for _, text := range texts {
		m, err := emitter.NewModel(parse(t, text))
		must(t, err)
		axes := reflect.ValueOf(m.Axes)
		chosen := append([]string(nil), m.Parts...)
		for i := range axes.NumField() {
			// An axis that the contract does not come to has no part.
			if part := axes.Field(i).String(); part != "" {
				chosen = append(chosen, part)
			}
		}
		for _, part := range chosen {
			if !exists[part] {
				t.Errorf("%s: part %q does not exist", text, part)
			}
			delete(unused, part)
		}
		if _, err := m.WAT(); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for part := range unused {
		if !named[part] {
			t.Errorf("parts/%s.part is used by no contract of the table", part)
		}
	}
}
