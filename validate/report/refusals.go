// SPDX-License-Identifier: MIT OR Apache-2.0

package report

import (
	"fmt"

	"github.com/genalloc/genalloc/validate/unit"
)

// Refusals are the requests that a third-party module refused although they would have
// fitted. It may do so.
type Refusals struct {
	Refused  uint64 `json:"refused"`
	Fitted   uint64 `json:"fitted"`   // those refused, and those that got a block
	Smallest uint64 `json:"smallest"` // bytes, of those refused
}

// Refuse counts a request that was refused.
func (r *Refusals) Refuse(size uint64) { r.Add(Refusals{1, 1, size}) }

// Add adds the counts of others.
func (r *Refusals) Add(other Refusals) {
	if r.Refused == 0 || other.Refused != 0 && other.Smallest < r.Smallest {
		r.Smallest = other.Smallest
	}
	r.Refused += other.Refused
	r.Fitted += other.Fitted
}

// String returns a line about the module.
func (r Refusals) String() string {
	if r.Refused == 0 {
		return fmt.Sprintf("refused none of %s requests that would have fitted", unit.Grouped(r.Fitted))
	}
	size := unit.Grouped(r.Smallest) + " bytes"
	if r.Smallest == 1 {
		size = "1 byte"
	}
	return fmt.Sprintf("refused %s of %s requests that would have fitted, the smallest %s", unit.Grouped(r.Refused), unit.Grouped(r.Fitted), size)
}
