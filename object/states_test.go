// SPDX-License-Identifier: MIT OR Apache-2.0

package object_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/object"
)

// TestStatesAgree: with its state in memory an allocator returns the same
// addresses as with its state in globals, which TestJudge judges.
func TestStatesAgree(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		for _, flags := range []string{
			"", "--oom=trap --grow=double --min-align=16", "--grow=chunk=3", "--fixed-align=8 --grow=never",
			"--strategy=stack", "--strategy=stack --optimize=gas --min-align=8 --dirty", "--abi=core,arena", "--abi=core,arena --strategy=stack --grow=double",
			"--strategy=lists", "--strategy=lists --split=false --grow=chunk=3 --optimize=size", "--strategy=lists --classes=1 --max-block=100000",
		} {
			data, base := linkAlone(t, ld, flags, object.Options{State: object.StateData}, "-zstack-size=65536")
			// The words of the state take the place of stack, 16 bytes at a time.
			stack := 65536 + stateBytes(t, flags)
			global, base2 := linkAlone(t, ld, flags, object.Options{State: object.StateGlobal}, fmt.Sprint("-zstack-size=", stack))
			if base != base2 {
				t.Fatalf("the bases are %d and %d", base, base2)
			}
			agree(t, flags, instantiate(t, data), instantiate(t, global))
		}
	})
}

// stateBytes returns how many bytes of memory an allocator's state takes, in a data
// segment whose end the linker aligns to 16, as it does the stack.
func stateBytes(t *testing.T, flags string) uint32 {
	t.Helper()
	dir := t.TempDir()
	alloc := allocator(t, dir, strings.TrimSpace("--heap-base=linker "+flags), object.Options{State: object.StateData})
	info, err := object.Inspect(load(t, dir, alloc))
	if err != nil {
		t.Fatal(err)
	}
	// What is in memory in both states takes no place of the stack.
	return (info.DataBytes() - contract.Must(contract.Parse(strings.TrimSpace("--heap-base=linker "+flags))).HeadsSize() + 15) &^ 15
}

// agree makes the same random calls of two allocators.
func agree(t *testing.T, flags string, a, b api.Module) {
	t.Helper()
	c := contract.Must(contract.Parse(strings.TrimSpace("--heap-base=linker " + flags)))
	type block struct{ ptr, size, align uint64 }
	var blocks []block
	marks, made := []uint64{0}, 0
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 1500 {
		f := c.Signatures()[random.IntN(len(c.Signatures()))]
		if !f.Role.Makes() && f.Role != contract.Marks && random.IntN(2) == 0 {
			continue // more blocks are made than end
		}
		old, at := block{align: 1 << random.UintN(13)}, max(0, len(blocks)-1-random.IntN(3))
		if f.Param(contract.BlockParam) >= 0 {
			if len(blocks) == 0 {
				continue
			}
			old = blocks[at]
		}
		size := random.Uint64N(1 << random.UintN(18))
		values := map[contract.ParamRole]uint64{
			contract.SizeParam: size, contract.AlignParam: old.align, contract.BlockParam: old.ptr,
			contract.OldSizeParam: old.size, contract.MarkParam: marks[random.IntN(len(marks))],
		}
		var args []uint64
		for _, p := range f.Params {
			args = append(args, values[p.Role])
		}
		if random.UintN(100) == 0 {
			a.Memory().Grow(1)
			b.Memory().Grow(1)
		}
		ctx := context.Background()
		got, errA := a.ExportedFunction(f.Export).Call(ctx, args...)
		want, errB := b.ExportedFunction(f.Export).Call(ctx, args...)
		if !slices.Equal(got, want) || (errA == nil) != (errB == nil) || a.Memory().Size() != b.Memory().Size() {
			t.Fatalf("%q call %d, %s%v: %#x %v with state in memory, %#x %v in globals", flags, i, f.Export, args, got, errA, want, errB)
		}
		switch ok := errA == nil && (len(got) == 0 || got[0] != 0); {
		case !ok:
		case f.Role == contract.Resizes:
			blocks[at] = block{got[0], size, old.align}
		case f.Role.Makes():
			blocks, made = append(blocks, block{got[0], size, old.align}), made+1
		case f.Role == contract.Frees:
			blocks = slices.Delete(blocks, at, at+1)
		case f.Role == contract.Marks:
			marks = append(marks, got[0])
		default: // which of the blocks are left is not looked into
			blocks = nil
		}
	}
	if made < 100 {
		t.Errorf("%q: %d blocks are too few to show anything", flags, made)
	}
}
