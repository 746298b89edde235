// SPDX-License-Identifier: MIT OR Apache-2.0

// Package extism_test runs a plug-in in Extism's hosts for Go and for JavaScript.
package extism_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	extism "github.com/extism/go-sdk"

	"github.com/genalloc/genalloc/hosts/page"
	"github.com/genalloc/genalloc/internal/toolchain"
)

const section = "Extism"

// words are text for the plug-in, and the same in order.
func words(n int, random *rand.Rand) (text, sorted string) {
	var list []string
	for range n {
		list = append(list, strings.Repeat(fmt.Sprint(random.IntN(1000)), 1+random.IntN(20)))
	}
	text = strings.Join(list, " ")
	slices.Sort(list)
	return text, strings.Join(list, " ")
}

// TestGo sorts 80 texts of 1,000 words in a memory of 24 pages. Without reuse it would need
// more than 100.
func TestGo(t *testing.T) {
	dir := page.Build(t, section)
	ctx := context.Background()
	manifest := extism.Manifest{
		Wasm:   []extism.Wasm{extism.WasmFile{Path: filepath.Join(dir, "sort.wasm")}},
		Memory: &extism.ManifestMemory{MaxPages: 24},
	}
	plugin, err := extism.NewPlugin(ctx, manifest, extism.PluginConfig{EnableWasi: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer plugin.Close(ctx)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 80 {
		text, want := words(1000, random)
		status, got, err := plugin.Call("sort", []byte(text))
		if err != nil || status != 0 || string(got) != want {
			t.Fatalf("text %d: status %d, %v, got %.40q, want %.40q", i, status, err, got, want)
		}
	}
}

// TestJavaScript sorts in node.
func TestJavaScript(t *testing.T) {
	dir := page.Build(t, section)
	text, want := words(1000, rand.New(rand.NewPCG(1, 2)))
	if err := os.WriteFile(filepath.Join(dir, "text"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	module := toolchain.Module(t, "@extism/extism/dist/esm/mod.js")
	got := toolchain.Run(t, dir, "node", "--no-warnings", "--no-turbo-fast-api-calls", "sort.mjs", module)
	if got != want {
		t.Errorf("got %.40q, want %.40q", got, want)
	}
}
