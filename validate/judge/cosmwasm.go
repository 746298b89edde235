// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"encoding/binary"
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/ledger"
)

// cosmwasmAdapter is for CosmWasm contracts. Their functions return a region, three words
// that describe the block (cosmwasm-std, memory.rs).
type cosmwasmAdapter struct {
	functions
	least   uint64 // alignment of every region, in bytes
	regions map[uint64]region
}

// A region has capacity bytes at offset, length of them in use.
type region struct{ offset, capacity, length uint32 }

// regionSize is its size in bytes, and regionAlign the alignment of its words.
const (
	regionSize  = 12
	regionAlign = 4
)

func (r region) String() string {
	return fmt.Sprintf("{offset %#x, capacity %d, length %d}", r.offset, r.capacity, r.length)
}

// shape: the bytes' alignment is not promised. This project's modules put them behind
// their region.
func (a *cosmwasmAdapter) shape(request) shape {
	return shape{align: 1, lead: regionSize, whole: max(regionAlign, a.least)}
}

func (a *cosmwasmAdapter) call(in *instance, r request) (answer, error) {
	handle, err := in.call(a.plan(r))
	if err != nil || handle == 0 || !r.op.Makes() {
		return answer{handle, handle}, err
	}
	got, err := readRegion(in, handle)
	switch other, taken := a.regions[handle]; {
	case err != nil:
		return answer{}, err
	case taken:
		return answer{}, &ledger.Breach{Rule: "region", Expected: "a region of its own", Got: fmt.Sprintf("%#x, which is in use: %v", handle, other)}
	case uint64(got.capacity) < r.size || got.length != 0 || got.offset == 0:
		return answer{}, &ledger.Breach{Rule: "region", Expected: fmt.Sprintf("a region with room for %s and length 0", unit.Bytes(r.size)), Got: got.String()}
	}
	a.regions[handle] = got
	return answer{uint64(got.offset), handle}, nil
}

func (a *cosmwasmAdapter) ended(handle uint64) { delete(a.regions, handle) }

func (a *cosmwasmAdapter) kept(in *instance, handle uint64) error {
	got, err := readRegion(in, handle)
	if want := a.regions[handle]; err == nil && got != want {
		err = &ledger.Breach{Rule: "region", Expected: fmt.Sprintf("the region at %#x as it was, %v", handle, want), Got: got.String()}
	}
	return err
}

func readRegion(in *instance, at uint64) (region, error) {
	size := in.Pages() * contract.PageSize
	if at%regionAlign != 0 || at+regionSize > size {
		return region{}, &ledger.Breach{Rule: "region", Expected: fmt.Sprintf("an aligned region within the memory of %d bytes", size), Got: fmt.Sprintf("%#x", at)}
	}
	var words [regionSize]byte
	in.Read(at, words[:])
	word := func(i uint64) uint32 { return binary.LittleEndian.Uint32(words[4*i:]) }
	return region{word(0), word(1), word(2)}, nil
}
