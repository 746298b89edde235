// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/genalloc/genalloc/internal/wattest"
)

func TestGood(t *testing.T) {
	for _, file := range wattest.Glob(t, "testdata/good/*.wat") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			w := wattest.Read(t, file)
			for _, level := range []Level{Quick, Full} {
				report, err := Run(context.Background(), w.Module, w.Contract, Options{Level: level, Ops: 5000})
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
