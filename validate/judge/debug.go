// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"errors"
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/script"
)

// A finding is a misuse that a module told its host of.
type finding struct{ kind, ptr, size uint64 }

func (f finding) String() string {
	for _, k := range contract.Faults {
		if uint64(k.Kind) == f.kind {
			return fmt.Sprintf("%s at %#x, %d", k.Name, f.ptr, f.size)
		}
	}
	return fmt.Sprintf("kind %d at %#x, %d", f.kind, f.ptr, f.size)
}

// found is the host's function of --debug=call.
func (in *instance) found(args []uint64) ([]uint64, error) {
	in.findings = append(in.findings, finding{args[0], args[1], args[2]})
	return nil, nil
}

// judgeInnocent judges that a call without misuse is not blamed for any.
func (s *Session) judgeInnocent() {
	if found := s.in.findings; len(found) > 0 && s.OK() {
		s.Fail("misuse", "no misuse found where there is none", "%v", found)
	}
}

// CanMisuse reports whether a module can be misused in a way, a kind of fault.
func (s *Session) CanMisuse(kind int) bool {
	f, _ := s.frees(&Block{})
	switch kind {
	case contract.DoubleFree, contract.WildFree, contract.UseAfterFree:
		return f.Name != ""
	case contract.WrongSize:
		return f.Param(contract.OldSizeParam) >= 0
	case contract.WrongAlign:
		return f.Param(contract.OldSizeParam) >= 0 && f.Param(contract.AlignParam) >= 0
	}
	return true
}

// frees returns the function that gives a block back, and its arguments; none if nothing
// does.
func (s *Session) frees(b *Block) (f contract.Function, args []uint64) {
	r := request{op: script.OpFree, handle: b.handle, old: b.Size(), align: b.align}
	if !s.abi.has(r.op) {
		r.op = script.OpRealloc // to nothing
		if s.Contract.ABI != contract.CABI || !s.abi.has(r.op) {
			return f, nil
		}
	}
	return s.abi.plan(r)
}

// misuse makes the mistake that the call's size numbers, with a block, and judges that it
// is found. Where what is found traps, the mistake is undone.
func (s *Session) misuse(c *script.Call) {
	b, kind := s.blocks[c.Block], int(c.Size)
	s.misused = true
	s.request = request{op: script.OpFree, handle: b.handle, old: b.Size(), align: b.align}
	free, args := s.frees(b)
	as := func(role contract.ParamRole, value uint64) []uint64 {
		other := slices.Clone(args)
		other[free.Param(role)] = value
		return other
	}
	found := finding{c.Size, b.handle, s.sizeOf(b)}
	at := func(role contract.ParamRole, value uint64) {
		found.size = value
		s.finds(free, as(role, value), 0, found)
		if s.Contract.Debug == contract.DebugCall {
			s.end(b)
		}
	}
	switch kind {
	case contract.Overrun:
		s.damage(b.To, found)
	case contract.Underrun:
		s.damageOnce(b.handle-1, found)
		s.damageOnce(b.handle-16, found)
		found.size = 0 // the layer's own words cannot be relied on
		for _, front := range []uint64{17, 24, 28, 40} {
			s.damageOnce(b.handle-front, found)
		}
	case contract.DoubleFree:
		s.retire(b)
		s.finds(free, args, 0)
		s.finds(free, args, 0, found)
	case contract.WildFree:
		for _, ptr := range []uint64{b.handle + 16, b.handle + 1, 16, s.Mem() - 16, 1<<32 - 16} {
			s.finds(free, as(contract.BlockParam, ptr), 0, finding{c.Size, ptr, 0})
		}
	case contract.WrongSize:
		at(contract.OldSizeParam, b.Size()+1)
	case contract.WrongAlign:
		at(contract.AlignParam, b.align*2)
	case contract.UseAfterFree:
		s.useAfterFree(b, found)
	case contract.Leak:
		s.enumerate()
	}
}

// sizeOf is what the module takes for the block's size: a region is part of it.
func (s *Session) sizeOf(b *Block) uint64 {
	if s.Contract.ABI == contract.CosmWasmABI {
		return b.Size() + regionSize
	}
	return b.Size()
}

// watcher returns the function that watches and has a role.
func (s *Session) watcher(r contract.Role) contract.Function {
	f, _ := s.Contract.Function(r)
	return f
}

// finds makes a call and judges what it finds, and where nothing traps, what it returns.
func (s *Session) finds(f contract.Function, args []uint64, result uint64, want ...finding) {
	if !s.OK() {
		return
	}
	got, err := s.in.call(f, args)
	var t engine.Trap
	if s.Contract.Debug == contract.DebugTrap && len(want) > 0 {
		if !errors.As(err, &t) || t != engine.Unreachable {
			s.Fail("misuse", fmt.Sprintf("%s to trap: %v", f.Name, want), "%v", err)
		}
		return
	}
	switch {
	case err != nil:
		s.Fail("misuse", f.Name+" returns", "%v", err)
	case !slices.Equal(s.in.findings, want):
		s.Fail("misuse", fmt.Sprintf("%s to find %v", f.Name, want), "%v", s.in.findings)
	case f.Result == contract.CountResult && got != result:
		s.Fail("misuse", fmt.Sprintf("%s to return %d", f.Name, result), "%d", got)
	}
	s.in.findings = nil
}

// damage writes over a byte, which has to be found by a look and by the end of the block.
func (s *Session) damage(at uint64, want finding) {
	s.damageOnce(at, want)
	b := s.blocks[s.numberOf(want.ptr)]
	free, args := s.frees(b)
	if free.Name == "" {
		return
	}
	old := s.bump(at)
	s.finds(free, args, 0, want)
	if s.Contract.Debug == contract.DebugCall {
		s.end(b)
		return
	}
	s.in.Write(at, []byte{old})
}

func (s *Session) numberOf(handle uint64) int {
	return slices.IndexFunc(s.blocks, func(b *Block) bool { return b != nil && b.handle == handle })
}

// bump adds 1 to a byte, and returns what it was.
func (s *Session) bump(at uint64) (old byte) {
	old = s.view(at, at+1)[0]
	s.in.Write(at, []byte{old + 1})
	return old
}

// damageOnce writes over a byte, which has to be found by a look, and puts it back.
func (s *Session) damageOnce(at uint64, want finding) {
	old := s.bump(at)
	f := s.watcher(contract.Examines)
	s.finds(f, nil, 1, want)
	s.in.Write(at, []byte{old})
	s.finds(f, nil, 0)
}

// useAfterFree writes to a block that was given back, which has to be found by a look and
// once the block is no longer held back.
func (s *Session) useAfterFree(b *Block, want finding) {
	free, args := s.frees(b)
	s.retire(b)
	s.finds(free, args, 0)
	at := b.From + b.Size()/2
	s.damageOnce(at, want)
	s.damageOnce(b.To, want)
	s.bump(at)
	for range contract.DebugQuarantine {
		other := s.Alloc(1, 8)
		if other == nil {
			return
		}
		last, args := s.frees(other)
		s.retire(other)
		if s.Contract.Debug == contract.DebugTrap {
			if _, err := s.in.call(last, args); err != nil {
				return
			}
			continue
		}
		s.in.call(last, args)
		if len(s.in.findings) > 0 {
			break
		}
	}
	if !slices.Equal(s.in.findings, []finding{want}) {
		s.Fail("misuse", fmt.Sprintf("%v to be found when %d more blocks were given back", want, contract.DebugQuarantine), "%v", s.in.findings)
	}
	s.in.findings = nil
}

// enumerate judges that each live block is reported, and each block's number.
func (s *Session) enumerate() {
	var live []finding
	for _, b := range s.blocks {
		if b == nil || !b.given {
			continue
		}
		live = append(live, finding{contract.Leak, b.handle, s.sizeOf(b)})
		f := s.watcher(contract.Numbers)
		if got, err := s.in.call(f, []uint64{b.handle}); err != nil || got != b.history {
			s.Fail("misuse", fmt.Sprintf("%s(%#x) to return %d", f.Name, b.handle, b.history), "%d, %v", got, err)
		}
	}
	f := s.watcher(contract.Enumerates)
	got, err := s.in.call(f, nil)
	found := s.in.findings
	s.in.findings = nil
	if err != nil || got != uint64(len(live)) {
		s.Fail("misuse", fmt.Sprintf("%s to return %d", f.Name, len(live)), "%d, %v", got, err)
	}
	if s.Contract.Debug == contract.DebugTrap {
		live = nil
	}
	order := func(a, b finding) int { return int(a.ptr) - int(b.ptr) }
	slices.SortFunc(live, order)
	slices.SortFunc(found, order)
	if !slices.Equal(found, live) {
		s.Fail("misuse", fmt.Sprintf("%s to report %v", f.Name, live), "%v", found)
	}
}
