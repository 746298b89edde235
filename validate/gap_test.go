// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"text/template"

	"github.com/genalloc/genalloc/internal/wattest"
)

// TestGaps: a fault that shows only in gaps whose size has one bit set is found,
// whichever bit it is.
func TestGaps(t *testing.T) {
	for bit := 12; bit <= 29; bit++ {
		t.Run(fmt.Sprint(bit), func(t *testing.T) {
			w := gapModule(t, bit)
			expectFailure(t, w, w.Errors[0].Check, w.Errors[0].Rule)
		})
	}
}

// TestGapsRight: the same allocator is right where no size has the bit.
func TestGapsRight(t *testing.T) {
	w := gapModule(t, 40)
	report, err := Run(t.Context(), w.Module, w.Contract, Options{Level: Full, Ops: 5000})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Failures() {
		t.Errorf("%s on %s: %v\n%s", r.Check, r.Engine, r.Failure, r.Failure.Script)
	}
}

// gapModule returns the module whose gaps with a bit set are wrong.
func gapModule(t *testing.T, bit int) wattest.File {
	t.Helper()
	const file = "testdata/broken/gap.wat.tmpl"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := template.Must(template.New(file).Parse(string(text))).Execute(&b, bit); err != nil {
		t.Fatal(err)
	}
	return wattest.Parse(t, file, b.Bytes())
}
