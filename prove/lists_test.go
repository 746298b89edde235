// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"regexp"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/wattest"
)

// listed makes a module with lists, with edits of its text.
func listed(t *testing.T, flags string, edits ...string) (*system, []*call) {
	t.Helper()
	s := systemOf(t, "--strategy=lists "+flags, edits...)
	return s, callsOf(t, s)
}

// TestLists proves modules that reuse every block. Those without alloc call one of a type
// that other functions have, too.
func TestLists(t *testing.T) {
	for _, flags := range []string{
		"--functions=alloc,dealloc,realloc",
		"--classes=1 --functions=dealloc,realloc",
		"--classes=1 --functions=realloc --fixed-align=8",
	} {
		t.Run(flags, func(t *testing.T) {
			s, _ := listed(t, "--split=false "+flags)
			whole(t, s, 60)
		})
	}
}

// TestListsGuess compares the functions that are guessed with their names in the text.
func TestListsGuess(t *testing.T) {
	for _, abi := range []string{
		"--functions=realloc", "--functions=realloc --fixed-align=16", "--functions=dealloc,realloc --fixed-align=16",
		"--functions=alloc_zeroed,realloc", "--functions=alloc_zeroed,realloc --fixed-align=8",
		"--abi=cabi", "--abi=wasm-bindgen", "--abi=cosmwasm --target=cosmwasm", "--abi=proxy-wasm",
	} {
		for _, flags := range []string{"", "--split=false", "--classes=1", "--max-block=4096", "--optimize=size", "--optimize=gas", "--grow=double"} {
			c, err := contract.Parse("--strategy=lists " + abi + " " + flags)
			if err != nil {
				t.Fatal(err)
			}
			text, err := emitter.WAT(c)
			if err != nil {
				t.Fatal(err)
			}
			_, m := wattest.Assemble(t, text)
			s := &system{strategy: &lists{}, module: m, contract: c, inner: map[contract.Role]uint32{}}
			s.wrapped()
			names := regexp.MustCompile(`\(func \$(\w+)`).FindAllStringSubmatch(text, -1)
			for _, f := range contract.Core.Functions() {
				index, guessed := s.inner[f.Role]
				if guessed && names[index][1] != f.Name {
					t.Errorf("%s %s: %s is guessed to be $%s", abi, flags, f.Name, names[index][1])
				}
				if f.Role == contract.Allocates && !guessed {
					t.Errorf("%s %s: %s is not found", abi, flags, f.Name)
				}
			}
		}
	}
}

// TestListsGuessWrong expects a wrong guess, and a fault of a guessed function, to refute
// nothing.
func TestListsGuessWrong(t *testing.T) {
	const flags = "--split=false --classes=1 --functions=dealloc,realloc"
	expect := func(t *testing.T, s *system, ks []*call, name string) {
		if r := decideOne(t, s, ks, name); r.Verdict != Inconclusive || !strings.Contains(r.Reason, "the guessed function") {
			t.Error(r)
		}
	}
	t.Run("guess", func(t *testing.T) {
		s, _ := listed(t, flags)
		s.inner[contract.Allocates] = 0 // $room
		expect(t, s, callsOf(t, s), "alloc.block")
	})
	t.Run("fault", func(t *testing.T) {
		s, ks := listed(t, flags, "(i32.store offset=1012 (local.get $head) (i32.load (local.get $block)))", "")
		expect(t, s, ks, "alloc.unused")
	})
}

// TestListsLoops proves what is claimed of the loops, which names locals by their numbers,
// and what becomes of the memory that they go through.
func TestListsLoops(t *testing.T) {
	for _, flags := range []string{"", "--classes=2", "--grow=never", "--grow=double --split=false", "--max-block=4096"} {
		t.Run(flags, func(t *testing.T) {
			s, ks := listed(t, "--functions=alloc,dealloc "+flags)
			for _, r := range decideSome(t, s, ks, "alloc", roundsName, "rest", "others") {
				if r.Verdict != Proved {
					t.Error(r)
				}
			}
		})
	}
}

// decideOne decides one obligation about a call whose dead paths are left out.
func decideOne(t *testing.T, s *system, ks []*call, name string) Result {
	t.Helper()
	function, short, _ := strings.Cut(name, ".")
	return decideSome(t, s, ks, function, short)[0]
}

// decideSome decides obligations about one function, whose dead paths are left out.
func decideSome(t *testing.T, s *system, ks []*call, function string, names ...string) (rs []Result) {
	t.Helper()
	for _, k := range ks {
		if k.label == function {
			s.findDead(t.Context(), k, Options{}, search(false, nil))
		}
	}
	all := obligationsOf(t, s, ks)
	for _, name := range names {
		rs = append(rs, decideNamed(t, s, all, function+"."+name))
	}
	return rs
}

// TestListsSeeded breaks modules in one place each and expects the obligation that is
// about it not to be proved.
func TestListsSeeded(t *testing.T) {
	const pop = "(i32.store offset=1004 (local.get $head) (i32.load (local.get $block)))"
	const push = "(i32.store offset=1004 (local.get $head) (local.get $ptr))"
	const zeroing = "--functions=alloc,alloc_zeroed,dealloc"
	const resizing = "--split=false --functions=alloc,dealloc,realloc"
	for _, tt := range []struct {
		bug, flags string
		edits      []string
		want       string
		verdict    Verdict
	}{
		{"pop leaves the block in its list", "--split=false", []string{pop, ""}, "alloc.unused", Refuted},
		{"pop forgets the other blocks", "--split=false", []string{pop, "(i32.store offset=1004 (local.get $head) (i32.const 0))"}, "alloc.reuse", Refuted},
		{"push forgets the other blocks", "--split=false", []string{push, "(i32.store (local.get $ptr) (i32.const 0)) " + push}, "dealloc.gives", Refuted},
		{"push to the list of larger blocks", "--split=false", []string{push, "(i32.store offset=1000 (local.get $head) (local.get $ptr))"}, "dealloc.heads", Refuted},
		{"no list gets the block", "--split=false", []string{push, ""}, "dealloc.gives", Refuted},
		{"class one too small", "--split=false", []string{"(i32.const 0x1fffffff)", "(i32.const 0x0fffffff)"}, "alloc.rounds", Inconclusive},
		{"gap's pieces overlap the block", "--split=false", []string{"(local.get $from) (i32.sub (i32.const 0) (local.get $from))", "(local.get $from) (i32.sub (i32.const 0) (local.get $at))"}, "alloc.rounds", Inconclusive},
		{"old block goes though none was found", resizing, []string{"(if (local.tee $block (call $alloc", "(if (i32.eqz (local.tee $block (call $alloc", "(local.get $align)))\n      (then\n        (memory.copy", "(local.get $align))))\n      (then\n        (memory.copy"}, "realloc.rounds", Inconclusive},
		{"old block grows over the end of the region", resizing, []string{"(i32.gt_u (i32.sub (local.get $new) (local.get $old)) (i32.and (global.get $top) (i32.const 0xffff)))", "(i32.const 0)"}, "realloc.invariant", Refuted},
		{"returns null instead of trapping", "--split=false --oom=trap", []string{"(unreachable)))", "(return (i32.const 0))))"}, "alloc.returns", Refuted},
		{"moves to a smaller block", resizing, []string{"(if (local.tee $block (call $alloc (local.get $new_size)", "(if (local.tee $block (call $alloc (local.get $old_size)"}, "realloc.moves", Inconclusive},
		{"returns the old block though it is gone", resizing, []string{"    (local.get $block))\n", "    (local.get $ptr))\n"}, "realloc.disjoint", Inconclusive},
		{"writes into the block that it returns", "", []string{"(return (i32.sub (i32.const 0) (local.get $block)))", "(i32.store (i32.sub (i32.const 0) (local.get $block)) (i32.const 1)) (return (i32.sub (i32.const 0) (local.get $block)))"}, "alloc.intact", Refuted},
		{"fills half of the block", zeroing, []string{"(memory.fill (local.get $block) (i32.const 0) (local.get $size))", "(memory.fill (local.get $block) (i32.const 0) (i32.shr_u (local.get $size) (i32.const 1)))"}, "alloc_zeroed.zero", Inconclusive},
		{"forgets earlier regions", zeroing, []string{"(select (global.get $top) (global.get $used) (i32.lt_u (global.get $top) (global.get $used)))", "(global.get $top)"}, "alloc_zeroed.zero", Inconclusive},
		{"gets a smaller block and fills it", zeroing, []string{"(local.tee $block (call $alloc (local.get $size)", "(local.tee $block (call $alloc (i32.const 8)"}, "alloc_zeroed.serves", Inconclusive},
		{"larger block is taken for one of the next class", "--classes=8", []string{"(i32.const 0x48000000)", "(i32.const 0x50000000)"}, "alloc.rounds", Inconclusive},
		{"block ends behind the region", "--grow=never", []string{"              (local.get $size))\n            (i32.sub (local.get $from) (local.get $to))", "              (i32.const 0))\n            (i32.sub (local.get $from) (local.get $to))"}, "alloc.invariant", Inconclusive},
		{"gives larger pieces than any class", "--max-block=4096", []string{"(local.set $to (global.get $limit))", "(local.set $to (global.get $top))"}, "alloc.rounds", Inconclusive},
		{"frees another size", "--abi=wasm-bindgen --split=false", []string{"(then (call $dealloc (local.get $ptr) (local.get $size) (local.get $align)))))", "(then (call $dealloc (local.get $ptr) (i32.const 1) (local.get $align)))))"}, "__wbindgen_free.gives", Refuted},
		{"keeps a block that becomes empty", "--abi=cabi --split=false", []string{"(then (call $dealloc (local.get $old_ptr) (local.get $old_size) (local.get $align)))", "(then)"}, "cabi_realloc(gone).gives", Refuted},
		{"asks for the old size", "--abi=cabi --split=false", []string{"(call $alloc (local.get $new_size) (local.get $align)))))", "(call $alloc (local.get $old_size) (local.get $align)))))"}, "cabi_realloc(new).serves", Inconclusive},
		{"size of a region wraps around", "--abi=cosmwasm --target=cosmwasm --split=false", []string{"(i32.const -13)", "(i32.const -1)"}, "allocate.rounds", Inconclusive},
		{"region is freed without its header", "--abi=cosmwasm --target=cosmwasm --split=false", []string{"(i32.const 12))\n      (i32.const 4)))\n\n  (export", "(i32.const 0))\n      (i32.const 4)))\n\n  (export"}, "deallocate.gives", Refuted},
		{"capacity is stored behind the region", "--abi=cosmwasm --target=cosmwasm --split=false", []string{"(i32.store offset=4 (local.get $block) (local.get $size))", "(i32.store offset=400 (local.get $block) (local.get $size))"}, "allocate.writes", Inconclusive},
		{"empties another list", "--split=false", []string{push, "(i32.store (i32.const 1052) (i32.const 0)) " + push}, "dealloc.others", Refuted},
		{"rest of the region is dropped", "--split=false --classes=1 --max-block=4096", []string{"(call $give (global.get $top) (global.get $limit))", "(nop)"}, "alloc.rest", Refuted},
		{"gap in front of a block is dropped", "--split=false --classes=1 --max-block=4096", []string{"(call $give (local.get $from) (local.get $at))", "(nop)"}, "alloc.rest", Refuted},
		{"only a gap's first piece is given", "--split=false", []string{"(br $gap)", "(nop)"}, "alloc.rest", Inconclusive},
		{"fills nothing of chunks", "--split=false --grow=chunk=16 " + zeroing, []string{"(memory.fill (local.get $block) (i32.const 0) (local.get $size))", "(nop)"}, "alloc_zeroed.zero", Inconclusive},
		{"fills nothing of doublings", "--split=false --grow=double " + zeroing, []string{"(memory.fill (local.get $block) (i32.const 0) (local.get $size))", "(nop)"}, "alloc_zeroed.zero", Inconclusive},
		{"larger block stays in its list", "", []string{"(then (i32.store offset=1004 (local.get $head) (i32.load (local.get $block)))))", "(then))"}, "alloc.unused", Inconclusive},
	} {
		t.Run(tt.bug, func(t *testing.T) {
			flags := tt.flags
			if !strings.Contains(flags, "--abi") {
				flags = "--functions=alloc,dealloc " + flags
			}
			s, ks := listed(t, flags, tt.edits...)
			r := decideOne(t, s, ks, tt.want)
			if r.Verdict != tt.verdict || strings.Contains(r.Reason, "time is up") {
				t.Errorf("%v, want %s", r, tt.verdict)
			}
		})
	}
}
