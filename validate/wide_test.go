// SPDX-License-Identifier: MIT OR Apache-2.0

package validate_test

import (
	"context"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate"
)

// TestNode: a module of 64-bit addresses is judged in node too, whose answers are
// compared, and node finds what is broken by itself.
func TestNode(t *testing.T) {
	toolchain.Wide(t)
	for _, text := range []string{"--memory64", "--memory64 --strategy=stack --abi=c --on-grow=env.grown"} {
		c := contract.Must(contract.Parse(text))
		module, err := emitter.Emit(c)
		if err != nil {
			t.Fatal(err)
		}
		report, err := validate.Run(context.Background(), module, c, validate.Options{Level: validate.Full, Ops: 500})
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{engine.Wasmtime, engine.Node}; !slices.Equal(report.Engines, want) {
			t.Errorf("%s: the engines are %q, want %q", text, report.Engines, want)
		}
		for _, f := range report.Failures() {
			t.Errorf("%s: check %s in %s: %v", text, f.Check, f.Engine, f.Failure)
		}
	}
	for _, file := range wattest.Glob(t, "testdata/broken/wide-*.wat") {
		w := wattest.Read(t, file)
		report, err := validate.Run(context.Background(), w.Module, w.Contract, validate.Options{Level: validate.Full, Engines: []string{engine.Node}, Checks: []string{"wide"}})
		if err != nil {
			t.Fatal(err)
		}
		if report.OK() {
			t.Errorf("%s: node finds nothing", file)
		}
	}
}
