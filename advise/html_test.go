// SPDX-License-Identifier: MIT OR Apache-2.0

package advise

import (
	"bytes"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/bench"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
)

func TestHTML(t *testing.T) {
	c := contract.Default()
	file, err := emitter.Emit(c)
	if err != nil {
		t.Fatal(err)
	}
	a := advice(t, runsOn()[:600], Options{Peers: []bench.Module{{Name: "<other>", File: file, Contract: c}}})
	var b bytes.Buffer
	if err := a.WriteHTML(&b, "app & co"); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"<h1>Advice for app &amp; co</h1>", "<pre>" + a.Configurations[0].Command + "</pre>", a.Configurations[0].Reason, a.Rule,
		"Ink against pages", "Bytes against ink", "&lt;other&gt;", "recommended: ",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if found := regexp.MustCompile(`<script|https?:|src=|@import|ZgotmplZ`).FindString(page); found != "" {
		t.Errorf("the page has %q", found)
	}
	if n, want := strings.Count(page, "<circle"), 2*(len(a.Configurations)+1); n != want {
		t.Errorf("%d points, want %d", n, want)
	}
}

// TestPlot: points and labels lie in the plot, and no label on another.
func TestPlot(t *testing.T) {
	a := advice(t, runsOn()[:600], Options{})
	p := a.newPlot("", "", "", pagesOf, inkOf)
	for _, x := range p.Points {
		if x.X < 0 || x.X > plotWidth || x.Y < 0 || x.Y > plotHeight {
			t.Errorf("point %+v lies outside", x)
		}
	}
	if len(p.Labels) != 3 {
		t.Errorf("%d labels, want one for each strategy", len(p.Labels))
	}
	for i, l := range p.Labels {
		if p.covers(l, i) >= 100 {
			t.Errorf("label %+v lies on another or outside", l)
		}
	}
}

func TestAxis(t *testing.T) {
	for _, tt := range []struct {
		low, high float64
		log       bool
	}{{1, 2, false}, {177, 512, false}, {2, 40, true}, {14e6, 30e6, false}, {1, 1e9, true}, {5, 5, false}, {0, 9, false}} {
		a := newAxis([]float64{tt.low, tt.high}, 600)
		ticks := a.ticks()
		if a.log != tt.log || len(ticks) < 1 || len(ticks) > 12 {
			t.Errorf("%v to %v: logarithmic %v, ticks %v", tt.low, tt.high, a.log, ticks)
		}
		for i, x := range ticks {
			if x.At < 0 || x.At > 600 || i > 0 && (x.At-ticks[i-1].At < 30 || x.Text == ticks[i-1].Text) {
				t.Errorf("%v to %v: ticks %v", tt.low, tt.high, ticks)
			}
		}
		if x := a.at(tt.high); x < 300-1 || x > 600 || math.IsNaN(x) {
			t.Errorf("%v lies at %v", tt.high, x)
		}
	}
	for v, want := range map[float64]string{5: "5", 1200: "1200", 20_000: "20 k", 1_500_000: "1.5 M", 2e9: "2 G"} {
		if got := short(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}
