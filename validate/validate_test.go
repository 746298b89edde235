// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
)

// wat is a module of testdata with what it says about itself.
type wat struct {
	module   []byte
	contract contract.Contract
	errors   []wanted
}

// wanted is a check that the module must fail, and the rule that it breaks.
type wanted struct{ check, rule string }

var errorLine = regexp.MustCompile(`(?m)^;; ERROR "([^"]+)" (\S+)$`)

func readWat(t testing.TB, file string) wat {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var w wat
	for _, line := range strings.Split(string(text), "\n") {
		if words, ok := strings.CutPrefix(line, ";; CONTRACT"); ok {
			if w.contract, err = contract.Parse(strings.TrimSpace(words)); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
		}
	}
	if w.contract.ABI == "" {
		t.Fatalf("%s: no CONTRACT line", file)
	}
	for _, m := range errorLine.FindAllStringSubmatch(string(text), -1) {
		w.errors = append(w.errors, wanted{m[1], m[2]})
	}
	if w.module, err = wasmtime.Wat2Wasm(string(text)); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return w
}

func files(t testing.TB, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) == 0 {
		t.Fatalf("no file matches %s", pattern)
	}
	return list
}

func TestGood(t *testing.T) {
	for _, file := range files(t, "testdata/good/*.wat") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			w := readWat(t, file)
			for _, level := range []Level{Quick, Full} {
				report, err := Run(context.Background(), w.module, w.contract, Options{Level: level, Ops: 5000})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range report.Failures() {
					t.Errorf("%s: %s on %s: %v\n%s", level, r.Check, r.Engine, r.Failure, r.Failure.Script)
				}
				for _, r := range report.Results {
					t.Logf("%-15s %-9s %-5s %-20s %v", r.Check, r.Engine, r.Verdict, r.Figure, r.Duration)
				}
			}
		})
	}
}
