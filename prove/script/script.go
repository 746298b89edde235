// SPDX-License-Identifier: MIT OR Apache-2.0

// Package script turns the prover's counterexamples, which start from a state, into
// scripts for the judge, which start from an instance. It looks for a short
// sequence of calls that leads to the state; whether the sequence shows a broken
// promise is for the judge to say.
package script

import (
	"context"
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/validate"
	calls "github.com/genalloc/genalloc/validate/script"
)

// Attach gives a script to the first counterexample of the report for which one is
// found, or to every one of these.
func Attach(ctx context.Context, module []byte, c contract.Contract, r *prove.Report, every bool) {
	for _, x := range r.Results {
		if x.Counterexample == nil {
			continue
		}
		text, rule, ok := Find(ctx, module, c, x.Counterexample)
		if ok {
			x.Counterexample.Script, x.Counterexample.Rule = text, rule
		}
		if ok && !every {
			return
		}
	}
}

// Find returns a script whose replay breaks a rule, and the rule; ok is false if none
// of the sequences tried does. If the counterexample has no call, it tries sequences
// that follow instantiation.
func Find(ctx context.Context, module []byte, c contract.Contract, x *prove.Counterexample) (text, rule string, ok bool) {
	for _, candidate := range candidates(c, x) {
		script, err := validate.ParseScript(candidate, c)
		if err != nil {
			continue
		}
		_, short, ok := breaks(ctx, module, c, script)
		if !ok {
			continue
		}
		// The shortened script has to fail as text, too.
		if script, err = validate.ParseScript(short, c); err != nil {
			continue
		}
		if rule, _, ok := breaks(ctx, module, c, script); ok {
			return short, rule, true
		}
	}
	return "", "", false
}

// breaks replays a script and returns the rule that is broken, with the shortest
// script found that does.
func breaks(ctx context.Context, module []byte, c contract.Contract, s validate.Script) (rule, short string, ok bool) {
	r, err := validate.Replay(ctx, module, c, s, validate.Options{Engines: []string{engine.Wasmtime}})
	if err != nil {
		return "", "", false
	}
	for _, f := range r.Failures() {
		if f.Failure != nil && f.Failure.Script != nil {
			return f.Failure.Rule, f.Failure.Script.String(), true
		}
	}
	return "", "", false
}

// builder writes a script line by line.
type builder struct {
	strings.Builder
	made  int
	alloc calls.Op // what makes a block
}

func (b *builder) line(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }

func (b *builder) block(op calls.Op, size, align uint64) (name string) {
	name = fmt.Sprintf("p%d", b.made)
	b.made++
	b.line("%s = %s %d %d", name, op, size, align)
	return name
}

func candidates(c contract.Contract, x *prove.Counterexample) []string {
	alloc, ok := calls.OpAlloc, c.HasRole(contract.Allocates)
	if !ok {
		alloc, ok = calls.OpAllocZeroed, c.HasRole(contract.AllocatesZeroed)
	}
	if !ok {
		return nil
	}
	if x.Call == nil { // wrong from the start, or after somebody else's growth
		first, grown := &builder{alloc: alloc}, &builder{alloc: alloc}
		grown.block(alloc, 1, 1)
		grown.line("grow 1")
		return []string{followed(first), followed(grown)}
	}
	initial := uint64(c.InitialPages)
	return []string{
		leading(x.Call, alloc, initial, false),
		leading(x.Call, alloc, initial, true),
		leading(x.Call, alloc, max(x.Call.Before.Pages, initial), false),
	}
}

// leading is a script that leads to the call's state, makes the call, and then more calls,
// because only they show that a state is wrong. start is the size of the memory before
// the first call; with others, somebody else grows it before the last one.
func leading(k *prove.Call, alloc calls.Op, start uint64, others bool) string {
	b := &builder{alloc: alloc}
	b.line("base %d", k.Base)
	b.line("pages %d", start)
	b.line("limit %d", contract.MaxPages)
	at := k.Base
	fill := func(to uint64) {
		if to > at {
			b.block(alloc, to-at, 1)
		}
		at = to
	}
	size, align := k.Arg(contract.SizeParam, 0), k.Arg(contract.AlignParam, 1)
	block := ""
	if k.Function.Param(contract.BlockParam) >= 0 {
		had := k.Arg(contract.OldSizeParam, 0)
		fill(k.Arg(contract.BlockParam, 0))
		block = b.block(alloc, had, align)
		at += had
	}
	fill(k.Top)
	if have := max(start, k.End/contract.PageSize); others && k.Before.Pages > have {
		b.line("grow %d", k.Before.Pages-have)
	}
	if k.Refused != 0 {
		b.line("limit %d", k.After.State.Pages)
	}
	switch k.Function.Role {
	case contract.Allocates:
		b.block(calls.OpAlloc, size, align)
	case contract.AllocatesZeroed:
		b.block(calls.OpAllocZeroed, size, align)
	case contract.Resizes:
		b.line("p%d = %s %s %d", b.made, calls.OpRealloc, block, size)
		b.made++
	case contract.Frees:
		b.line("%s %s", calls.OpFree, block)
	}
	return followed(b)
}

// followed adds calls that turn a wrong state into a wrong block.
func followed(b *builder) string {
	for _, size := range []uint64{0, 1, 16, 70_000} {
		b.block(b.alloc, size, 1)
	}
	b.block(b.alloc, 8, 4096)
	return b.String()
}
