// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/genalloc/genalloc/prove/sat"
)

// packProof writes a proof as bytes. Each chain is its length and then its clauses, all
// as unsigned LEB128: 2n for clause n of the formula, 2n+1 for the clause derived n
// steps before. first is the number of clauses of the formula.
func packProof(proof sat.Proof, first int) []byte {
	var b []byte
	for i, c := range proof {
		b = binary.AppendUvarint(b, uint64(len(c)))
		for _, id := range c {
			if n := int(id) - first; n >= 0 {
				b = binary.AppendUvarint(b, uint64(i-n)<<1|1)
			} else {
				b = binary.AppendUvarint(b, uint64(id)<<1)
			}
		}
	}
	return b
}

var errChains = errors.New("the recorded steps are damaged")

// unpackProof reads what packProof wrote.
func unpackProof(b []byte, first int) (proof sat.Proof, err error) {
	next := func() (v uint64) {
		v, n := binary.Uvarint(b)
		if n <= 0 || v > math.MaxInt32 {
			err, b = errChains, nil
			return 0
		}
		b = b[n:]
		return v
	}
	for len(b) > 0 {
		n := next()
		if n > uint64(len(b)) { // a byte a clause at least
			return nil, errChains
		}
		c := make(sat.Chain, n)
		for i := range c {
			v := next()
			c[i] = int32(v >> 1)
			if v&1 == 1 {
				c[i] = int32(first+len(proof)) - int32(v>>1)
			}
		}
		proof = append(proof, c)
	}
	return proof, err
}
