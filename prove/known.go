// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"github.com/genalloc/genalloc/prove/sat"
)

// Known remembers the formulas that cannot hold, from one run to the next. Modules that
// differ in one parameter have many formulas in common. The zero value knows none.
type Known struct {
	mu      sync.Mutex
	answers map[sum]answer
}

// sum is the SHA-256 of a formula's clauses.
type sum [sha256.Size]byte

func sumOf(f *sat.Formula) (d sum) {
	h := sha256.New()
	var b []byte
	for _, c := range f.Clauses {
		b = b[:0]
		for _, l := range c {
			b = binary.LittleEndian.AppendUint32(b, uint32(l))
		}
		h.Write(append(b, 0, 0, 0, 0)) // no literal is 0
	}
	h.Sum(d[:0])
	return d
}

// look returns the answer to a formula, if it is known.
func (k *Known) look(d sum) (answer, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, ok := k.answers[d]
	return a, ok
}

// keep keeps the answer to a formula that cannot hold. The next time it counts as the same
// effort, but for the seconds, so that a module's figures do not depend on those before it.
func (k *Known) keep(d sum, a answer) {
	a.effort.Seconds, a.solution = 0, nil
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.answers == nil {
		k.answers = map[sum]answer{}
	}
	k.answers[d] = a
}
