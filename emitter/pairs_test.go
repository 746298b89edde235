// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"context"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/grid"
	"github.com/genalloc/genalloc/validate"
)

// TestParameters holds a module for every value of every parameter, and for
// every two values of two parameters, against its contract in wasmtime: each value under
// each strategy, with marks and without, and two values under one of these in turn.
func TestParameters(t *testing.T) {
	rows, contradictions := grid.Cover()
	t.Logf("%d contracts; %d pairs contradict each other", len(rows), len(contradictions))
	texts := grid.Own()
	for i, r := range rows {
		list := grid.Variants(r.Text())
		if !r.Alone() { // the default, and the others in turn
			list = []string{list[0], list[1+i%(len(list)-1)]}
		}
		texts = append(texts, list...)
	}
	for _, text := range texts {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			judge(t, text)
		})
	}
}

// TestHighBase puts the base where its negation is positive as an i32.
func TestHighBase(t *testing.T) {
	for _, text := range []string{
		"--initial-pages=32768 --heap-base=2147483648",
		"--initial-pages=40000 --heap-base=2147483649",
		"--initial-pages=65536 --heap-base=4294901760",
		"--initial-pages=65536 --heap-base=4294967295",
		"--initial-pages=65536 --heap-base=4294967295 --abi=c",
		"--initial-pages=65536 --heap-base=4294967200 --fixed-align=16",
	} {
		t.Run(text, func(t *testing.T) { judge(t, text) })
	}
}

// judge emits a module and holds it against its contract.
func judge(t *testing.T, text string) {
	t.Helper()
	c := parse(t, text)
	judgeModule(t, c, emit(t, c))
}

func judgeModule(t *testing.T, c contract.Contract, module []byte) {
	t.Helper()
	report, err := validate.Run(context.Background(), module, c, validate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Failures() {
		t.Errorf("%s: %v\n%s", r.Check, r.Failure, r.Failure.Script)
	}
}

// TestContradictions checks that what the table of parameters leaves out is
// just what contradicts itself. Each line is a pattern for two flags.
func TestContradictions(t *testing.T) {
	expected := [][2]string{
		{"--target=mvp", "--memory64"},
		{"--target=stylus", "--memory64"},
		{"--target=cosmwasm", "--memory64"},
		{"--target=cosmwasm", "--initial-pages=65536"},
		{"--target=stylus", "--memory=import"},
		{"--target=stylus", "--memory-name="},
		{"--target=stylus", "--heap-base=import"},
		{"--target=stylus", "--max-pages=65536"},
		{"--target=stylus", "--initial-pages=65536"},
		{"--target=cosmwasm", "--memory=import"},
		{"--target=cosmwasm", "--memory-name="},
		{"--target=cosmwasm", "--heap-base=import"},
		{"--target=cosmwasm", "--max-pages="},
		{"--grow=chunk", "--max-pages=1"},
		{"--grow=double", "--max-pages=1"},
		{"--grow=chunk", "--initial-pages=7 --max-pages=7"},
		{"--grow=double", "--initial-pages=7 --max-pages=7"},
		{"--heap-base=65536", "--max-pages=1"},
		{"--min-align=65536", "--max-pages=1"},
		{"--min-align=131072", "--max-pages="},
		{"--fixed-align=65536", "--max-pages=1"},
		{"--fixed-align=131072", "--max-pages="},
		{"--dirty", "--functions="},
	}
	met := map[[2]string]bool{}
	_, contradictions := grid.Cover()
	for _, p := range contradictions {
		known := false
		first, second := p.Flags()
		for _, e := range expected {
			if strings.HasPrefix(first, e[0]) && strings.Contains(second, e[1]) {
				known, met[e] = true, true
			}
		}
		if !known {
			t.Errorf("%s %s: refused in every company", first, second)
		}
	}
	for _, e := range expected {
		if !met[e] {
			t.Errorf("%v: never refused", e)
		}
	}
}
