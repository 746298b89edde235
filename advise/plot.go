// SPDX-License-Identifier: MIT OR Apache-2.0

package advise

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/genalloc/genalloc/contract"
)

// A plot shows two figures of every configuration against each other, in pixels; a
// template draws it.
type plot struct {
	Title, X, Y    string // what the axes show
	XTicks, YTicks []tick
	Points         []point
	Labels         []label
}

type tick struct {
	At   float64
	Text string
}

// A point is a configuration or a peer.
type point struct {
	X, Y   float64
	Radius float64
	Class  string // the strategy's, and whether it is on the front
	Title  string // shown while the pointer rests on it
}

// A label is joined to its point by a line.
type label struct {
	X, Y, FromX, FromY, ToX float64
	Text                    string
}

// The plot in pixels, and the room around it.
const (
	plotWidth  = 600.0
	plotHeight = 380.0
	lineHeight = 17.0
)

// An axis maps values to pixels.
type axis struct {
	low, high float64
	log       bool
	pixels    float64
}

// newAxis spans the values with room at both ends. The scale is logarithmic where the
// largest value is many times the smallest.
func newAxis(values []float64, pixels float64) axis {
	const many, room = 8, 0.06
	low, high := slices.Min(values), slices.Max(values)
	a := axis{log: low > 0 && high/low > many, pixels: pixels}
	if a.log {
		low, high = math.Log10(low), math.Log10(high)
	}
	margin := room * (high - low)
	if margin == 0 {
		margin = max(1, 0.1*high)
	}
	a.low, a.high = low-margin, high+margin
	return a
}

func (a axis) at(v float64) float64 {
	if a.log {
		v = math.Log10(v)
	}
	return math.Round((v-a.low)/(a.high-a.low)*a.pixels*10) / 10
}

// ticks are round values: 1, 2 and 5 of each power of ten on a logarithmic scale, and
// equal steps of one of these on another.
func (a axis) ticks() (list []tick) {
	if a.log {
		for e := math.Floor(a.low); e <= a.high; e++ {
			for _, digit := range []float64{1, 2, 5} {
				v := digit * math.Pow(10, e)
				if l := math.Log10(v); l >= a.low && l <= a.high && (digit == 1 || a.high-a.low < 3) {
					list = append(list, tick{a.at(v), short(v)})
				}
			}
		}
		return list
	}
	step := math.Pow(10, math.Floor(math.Log10(a.high-a.low)))
	switch n := (a.high - a.low) / step; {
	case n < 2:
		step *= 0.2
	case n < 5:
		step *= 0.5
	}
	step = max(step, 1)
	for v := math.Ceil(max(a.low, 0)/step) * step; v <= a.high; v += step {
		list = append(list, tick{a.at(v), short(v)})
	}
	return list
}

// short writes a number with a letter for thousands.
func short(v float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e4, " k"}} {
		if v >= unit.size {
			size := unit.size
			if unit.name == " k" {
				size = 1e3
			}
			return fmt.Sprintf("%g%s", math.Round(v/size*1000)/1000, unit.name)
		}
	}
	return fmt.Sprintf("%g", v)
}

// newPlot lays out a plot of all results.
func (a *Advice) newPlot(title, xText, yText string, x, y func(*Result) float64) *plot {
	all := slices.Concat(a.Configurations, a.Peers)
	var xs, ys []float64
	for _, r := range all {
		xs, ys = append(xs, x(r)), append(ys, y(r))
	}
	across, up := newAxis(xs, plotWidth), newAxis(ys, plotHeight)
	p := &plot{Title: title, X: xText, Y: yText, XTicks: across.ticks(), YTicks: up.ticks()}
	for i := range p.YTicks {
		p.YTicks[i].At = plotHeight - p.YTicks[i].At
	}
	named := a.named()
	for _, r := range slices.Backward(all) { // the best are drawn last
		at := point{X: across.at(x(r)), Y: plotHeight - up.at(y(r)), Radius: 3, Class: r.Class()}
		at.Title = fmt.Sprintf("%s: %s bytes, %s ink, %s pages", r.Command, group(bytesOf(r)), group(inkOf(r)), group(pagesOf(r)))
		switch {
		case r == a.Configurations[0]:
			at.Class, at.Radius = at.Class+" best", 7
		case r.Front || r.configuration == nil:
			at.Radius = 5
		default:
			at.Class += " beaten"
		}
		p.Points = append(p.Points, at)
		if name := named[r]; name != "" {
			p.Labels = append(p.Labels, label{FromX: at.X, FromY: at.Y, Text: name})
		}
	}
	p.place()
	return p
}

// named are the results that the plots name: the best, the best of each other strategy
// and the peers.
func (a *Advice) named() map[*Result]string {
	names := map[*Result]string{}
	known := map[contract.Strategy]bool{}
	for i, r := range a.Configurations {
		s := r.configuration.contract.Strategy
		switch {
		case i == 0:
			names[r] = "recommended: " + string(s)
		case !known[s]:
			names[r] = string(s)
		}
		known[s] = true
	}
	for _, r := range a.Peers {
		names[r] = r.Command
	}
	return names
}

// place puts the labels beside their points, each where it covers the fewest points and
// no other label, and as near as that allows.
func (p *plot) place() {
	const gap = 14
	for i := range p.Labels {
		l, least := &p.Labels[i], math.Inf(1)
		for _, down := range []float64{0, -1, 1, -2, 2, -3, 3} {
			for _, left := range []bool{false, true} {
				at := *l
				at.X, at.Y = l.FromX+gap, l.FromY+down*lineHeight
				if at.ToX = at.X; left {
					at.ToX = l.FromX - gap
					at.X = at.ToX - at.width()
				}
				if covers := p.covers(at, i) + 0.1*math.Abs(down); covers < least {
					least, *l = covers, at
				}
			}
		}
	}
}

// width of the text, roughly.
func (l label) width() float64 { return 7.2 * float64(utf8.RuneCountInString(l.Text)) }

// covers weighs what a label lies on: points, labels placed before it, the plot's edge.
func (p *plot) covers(l label, placed int) (weight float64) {
	right := l.X + l.width()
	if l.X < 0 || right > plotWidth || l.Y < lineHeight || l.Y > plotHeight-lineHeight/2 {
		weight = 1000
	}
	for _, x := range p.Points {
		if x.X > l.X-6 && x.X < right+6 && math.Abs(x.Y-l.Y) < 12 {
			weight++
		}
	}
	for _, other := range p.Labels[:placed] {
		if other.X < right && l.X < other.X+other.width() && math.Abs(other.Y-l.Y) < lineHeight {
			weight += 100
		}
	}
	return weight
}

// Class is that of a result's point.
func (r *Result) Class() string {
	if r.configuration == nil {
		return "peer"
	}
	return strategyClass(r.configuration.contract.Strategy)
}

// strategyClass is the class that gives a strategy its colour.
func strategyClass(s contract.Strategy) string {
	return fmt.Sprint("s", slices.Index(contract.StrategyNames(), s))
}
