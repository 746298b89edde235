// SPDX-License-Identifier: MIT OR Apache-2.0

package advise

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/genalloc/genalloc/bench"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/stylus"
	"github.com/genalloc/genalloc/trace"
	"github.com/genalloc/genalloc/trace/profile"
)

// Options say what is searched.
type Options struct {
	Target Target
	ABI    contract.ABI   // core or c; empty for what the trace looks like
	Peers  []bench.Module // third-party modules to measure beside
	Rounds int            // of timing; 0 leaves time out

	// Progress, if not nil, is told how many modules are measured.
	Progress func(done, total int)
}

// A Result is what the trace costs under one configuration, or with a peer.
type Result struct {
	Command     string   `json:"command"` // that makes the module; for a peer, its name
	Bytes       int      `json:"bytes"`   // of the module, or of the object linked alone
	Ink         *uint64  `json:"ink"`     // null where Stylus does not allow the module
	Fuel        uint64   `json:"fuel"`
	Pages       uint64   `json:"pages"`      // of the memory at the end
	Footprint   float64  `json:"footprint"`  // bytes of the heap at most, over live bytes at most
	StylusGas   uint64   `json:"stylus_gas"` // of ink and pages
	CosmWasmGas uint64   `json:"cosmwasm_gas"`
	WallNS      *float64 `json:"wall_ns"` // null unless it was timed
	Front       bool     `json:"front"`   // no other configuration beats it in every figure
	Reason      string   `json:"reason"`

	configuration *configuration // nil for a peer
	module        bench.Module
	work          *bench.Workload
}

func (r *Result) wall() float64 {
	if r.WallNS == nil {
		return math.Inf(1)
	}
	return *r.WallNS
}

// Advice is what comes of a search.
type Advice struct {
	Target         Target           `json:"target"`
	Rule           string           `json:"rule"`
	ABI            string           `json:"abi"`
	Trace          *profile.Profile `json:"-"`
	Configurations []*Result        `json:"configurations"` // best first
	Peers          []*Result        `json:"peers"`
	Absent         []string         `json:"absent"` // what cannot run the trace, and why

	reuses bool // a block ends before another is made
}

// Trace searches for the configuration that suits a trace.
func Trace(ctx context.Context, ops []trace.Op, o Options) (*Advice, error) {
	p := profile.Of(ops)
	if p.Allocations == 0 {
		return nil, errors.New("trace: no allocation in it, so any allocator will do")
	}
	abi := cmp.Or(o.ABI, contract.Core)
	if o.ABI == "" && unaligned(p) {
		abi = contract.C
	}
	list, plain, err := settle(ops, p, abi, o.Target)
	if err != nil {
		return nil, err
	}
	a := &Advice{Target: o.Target, Rule: o.Target.Rule(), ABI: string(abi), Trace: p, Peers: []*Result{}, Absent: []string{}, reuses: reuses(ops)}
	results, err := a.measure(ctx, list, plain, o)
	if err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("trace: no configuration can run it in %d pages: %s", o.Target.maxPages(), a.Absent[0])
	}
	setFront(results)
	if err := a.time(ctx, results, o.Rounds); err != nil {
		return nil, err
	}
	a.Configurations = o.Target.rank(results)
	a.explain()
	return a, nil
}

// time takes the time of what is on the front and of the peers, one after the other.
func (a *Advice) time(ctx context.Context, results []*Result, rounds int) error {
	for _, r := range slices.Concat(results, a.Peers) {
		if rounds == 0 || !r.Front && r.configuration != nil {
			continue
		}
		ns, err := r.work.Time(r.module, rounds)
		if err := cmp.Or(ctx.Err(), err); err != nil {
			return fmt.Errorf("%s: %w", r.Command, err)
		}
		r.WallNS = &ns
	}
	return nil
}

// settle lists the configurations for a trace, and its work without marks.
func settle(ops []trace.Op, p *profile.Profile, abi contract.ABI, target Target) ([]configuration, *bench.Workload, error) {
	plain, err := bench.Compile("trace", "", unmarked(ops), unasked)
	if err != nil {
		return nil, nil, err
	}
	list := configurations(p, abi, target, &plain)
	within, count := ops, 0
	if !hasMarks(p) {
		within, count = marked(ops)
	}
	if hasMarks(p) || count > 1 { // one phase may be the program's whole run
		work, err := bench.Compile("trace", "", within, unasked)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range configurations(p, abi+","+contract.Arena, target, &work) {
			c.phases = count
			list = append(list, c)
		}
	}
	return list, &plain, nil
}

// measure replays the trace under every configuration and on every peer, on all
// processors.
func (a *Advice) measure(ctx context.Context, list []configuration, plain *bench.Workload, o Options) ([]*Result, error) {
	total := len(list) + len(o.Peers)
	results, absent, errs := make([]*Result, total), make([]string, total), make([]error, total)
	var next, done atomic.Int64
	var shown sync.Mutex
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), total) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < total && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if i < len(list) {
					results[i], absent[i], errs[i] = list[i].measure(o)
				} else {
					peer := o.Peers[i-len(list)]
					results[i], absent[i], errs[i] = measure(peer, plain, contract.MaxPages)
				}
				n := int(done.Add(1))
				if o.Progress != nil {
					shown.Lock()
					o.Progress(n, total)
					shown.Unlock()
				}
			}
		})
	}
	workers.Wait()
	if err := errors.Join(ctx.Err(), errors.Join(errs...)); err != nil {
		return nil, err
	}
	for i, why := range absent {
		if why != "" && !slices.Contains(a.Absent, why) {
			a.Absent = append(a.Absent, why)
		}
		if i >= len(list) && results[i] != nil {
			a.Peers = append(a.Peers, results[i])
		}
	}
	return slices.DeleteFunc(results[:len(list)], func(r *Result) bool { return r == nil }), nil
}

func (c *configuration) measure(o Options) (*Result, string, error) {
	m, err := c.module()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", c.command(), err)
	}
	m.Name = c.command()
	r, absent, err := measure(m, c.work, o.Target.maxPages())
	if r != nil {
		r.configuration = c
	}
	return r, absent, err
}

// measure replays the work on a module. The text says why it cannot.
func measure(m bench.Module, work *bench.Workload, pages uint64) (*Result, string, error) {
	x, err := work.Replay(m, pages)
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("%s: %w", m.Name, err)
	case x.Absent != "":
		return nil, m.Name + ": " + x.Absent, nil
	}
	r := &Result{
		module: m, work: work,
		Command: m.Name, Bytes: len(m.File), Ink: x.Ink, Fuel: x.Fuel, Pages: x.Pages, CosmWasmGas: x.CosmWasm,
		Footprint: float64(x.Heap) / float64(max(x.Live, 1)), StylusGas: stylus.PageGas(x.Pages),
	}
	if x.Ink != nil {
		r.StylusGas += *x.Ink / cost.InkPerGas
	}
	return r, "", nil
}
