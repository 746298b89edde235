// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"bytes"
	"os"
	"reflect"
	"testing"

	"github.com/genalloc/genalloc/internal/readme"
)

// again is how everything below is brought up to date.
const again = "run make bench readme"

func keptReport(t *testing.T) *Report {
	t.Helper()
	f, err := os.Open("../docs/bench.json")
	if err != nil {
		t.Fatalf("%v: %s", err, again)
	}
	defer f.Close()
	r, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDocumentsAreCurrent: tables and chart are those of the report that is kept.
func TestDocumentsAreCurrent(t *testing.T) {
	r := keptReport(t)
	for _, d := range Documents {
		text, err := os.ReadFile("../" + d.File)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := readme.Splice(text, d.Section, []byte(d.Text(r))); err != nil || !bytes.Equal(text, want) {
			t.Errorf("section %s in %s is not that of docs/bench.json: %v: %s", d.Section, d.File, err, again)
		}
	}
	var svg bytes.Buffer
	if err := r.WriteSVG(&svg, edgeCases); err != nil {
		t.Fatal(err)
	}
	if chart, err := os.ReadFile("../docs/edge_cases.svg"); err != nil || string(chart) != svg.String() {
		t.Errorf("docs/edge_cases.svg is not the chart of docs/bench.json: %v: %s", err, again)
	}
}

// TestReportIsCurrent: the deterministic figures in the report are what the
// generated modules cost now.
func TestReportIsCurrent(t *testing.T) {
	r := keptReport(t)
	generatedModules := 0
	for i := range r.Modules {
		kept := &r.Modules[i]
		if kept.Contract == nil || kept.Source != "" {
			continue
		}
		generatedModules++
		now := run(t, Options{}, generated(t, *kept.Contract)).Modules[0]
		if kept.Bytes != now.Bytes || kept.Reuse != now.Reuse {
			t.Errorf("%s: %d bytes and reuse %q in the report, %d and %q now: %s", kept.Name, kept.Bytes, kept.Reuse, now.Bytes, now.Reuse, again)
		}
		for _, x := range now.Results {
			was := kept.Result(x.Workload)
			if was == nil {
				t.Errorf("%s, %s: not in the report: %s", kept.Name, x.Workload, again)
				continue
			}
			timeless := *was
			timeless.Untouched, timeless.Touched = nil, nil
			if !reflect.DeepEqual(timeless, x) {
				t.Errorf("%s, %s: not what is measured now: %s", kept.Name, x.Workload, again)
			}
		}
	}
	if generatedModules == 0 {
		t.Error("no generated module in docs/bench.json")
	}
}
