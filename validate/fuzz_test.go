// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate/checks"
)

// FuzzContract holds a module against any contract: mostly the wrong one, and
// the judge must say so in order.
func FuzzContract(f *testing.F) {
	for _, c := range []string{"", "--max-pages=3", "--fixed-align=64 --oom=trap", "--memory=import --heap-base=import:a.b", "--grow=chunk=9 --dirty"} {
		f.Add(c)
	}
	w := wattest.Read(f, "testdata/good/bump.wat")
	list := []Check{checks.Find(checks.Callable), checks.Find("leftover"), checks.Find("limits"), checks.Find("features"), checks.Find("zero-size"), checks.Find("foreign-before"), checks.Find("refusal")}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := contract.Parse(text)
		if err != nil {
			return // not a contract
		}
		report, err := run(context.Background(), w.Module, c, Options{}, list)
		if err != nil {
			t.Fatal(err)
		}
		expectEach(t, report, list)
	})
}

// FuzzModule judges any bytes: whatever they are, there is a verdict or one
// line that says why there is none.
func FuzzModule(f *testing.F) {
	for _, file := range append(wattest.Glob(f, "testdata/good/*.wat"), wattest.Glob(f, "testdata/broken/[f-h]*.wat")...) {
		f.Add(wattest.Read(f, file).Module)
	}
	f.Add([]byte("\x00asm\x0d\x00\x01\x00"))
	list := []Check{checks.Find(checks.Callable), checks.Find("leftover"), checks.Find("limits"), checks.Find("features"), checks.Find("sizes")}
	f.Fuzz(func(t *testing.T, module []byte) {
		report, err := run(context.Background(), module, contract.Default(), Options{}, list)
		if err == nil {
			expectEach(t, report, list)
		}
	})
}

// expectEach: every check has a result, or several that failed.
func expectEach(t *testing.T, r *Report, list []Check) {
	t.Helper()
	for _, c := range list {
		same := slices.DeleteFunc(slices.Clone(r.Results), func(x Result) bool { return x.Check != c.Name })
		if len(same) == 0 || len(same) > 1 && same[1].Verdict != Fail {
			t.Errorf("check %s: results %v", c.Name, same)
		}
	}
}
