// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/engine"
)

// TestResident: a block of 5 GiB of which the first and the last byte are written takes less
// than 64 MiB of the machine's memory, whichever function makes it. A part of it that is
// written whole takes as much as it has, which shows that the measure tells.
func TestResident(t *testing.T) {
	const block, most, part = 5 << 30, 64 << 20, 128 << 20
	written := bytes.Repeat([]byte{1}, part)
	for _, flags := range []string{"--memory64", "--memory64 --strategy=stack", "--memory64 --abi=c", "--memory64 --strategy=lists"} {
		c := contract.Must(contract.Parse(flags))
		file, err := emitter.Emit(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range c.Signatures() {
			if f.Role != contract.Allocates && f.Role != contract.AllocatesZeroed || f.Result == contract.ErrnoResult {
				continue
			}
			args := slices.Repeat([]uint64{1}, len(f.Params))
			for i, p := range f.Params {
				if p.Role == contract.SizeParam {
					args[i] = block
				}
			}
			s := engine.Default().NewStore()
			in, err := engine.Instantiate(s, file, nil)
			if err != nil {
				t.Fatal(err)
			}
			before := resident(t)
			ptr, err := in.Call(f.Export, args...)
			if err != nil || ptr[0] == 0 {
				t.Fatalf("%s: %s gives %v, %v", flags, f.Name, ptr, err)
			}
			m := in.Memory(c.MemoryName)
			m.Write(ptr[0], []byte{1})
			m.Write(ptr[0]+block-1, []byte{1})
			took := resident(t) - before
			if took > most {
				t.Errorf("%s: %s: the block takes %d bytes, more than %d", flags, f.Name, took, most)
			}
			m.Write(ptr[0], written)
			if took := resident(t) - before; took < part {
				t.Errorf("%s: %s: %d bytes that are written take %d", flags, f.Name, part, took)
			}
			s.Close()
		}
	}
}

// resident is the memory in bytes that the machine has given to this process.
func resident(t *testing.T) int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var all, pages int64
	if _, err := fmt.Sscan(string(text), &all, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}
