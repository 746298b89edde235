// SPDX-License-Identifier: MIT OR Apache-2.0

// Package sweep has what the long runs share. A run goes through a list, of which a
// machine takes one part. Each part saves its result, and the results of all parts add
// up to that of the whole run.
package sweep

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
)

// A Part is one of several parts of a list. The items are dealt out one by one, so that
// neighbours, which take about the same time, come to different parts.
type Part struct {
	Number int // from 1
	Of     int
}

// Has tells whether the part has the item with the index i.
func (p Part) Has(i int) bool { return i%p.Of == p.Number-1 }

// String returns the part as i/n.
func (p Part) String() string { return fmt.Sprintf("%d/%d", p.Number, p.Of) }

// MarshalText is String.
func (p Part) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a part as i/n.
func (p *Part) UnmarshalText(text []byte) error {
	number, of, _ := strings.Cut(string(text), "/")
	var read Part
	var errs [2]error
	read.Number, errs[0] = strconv.Atoi(number)
	read.Of, errs[1] = strconv.Atoi(of)
	if errs[0] != nil || errs[1] != nil || read.Number < 1 || read.Number > read.Of {
		return fmt.Errorf("%q is not i/n with i from 1 to n", text)
	}
	*p = read
	return nil
}

// Module returns the contract that the flags say, and its module.
func Module(flags string) (contract.Contract, []byte, error) {
	c, err := contract.Parse(flags)
	if err != nil {
		return c, nil, err
	}
	file, err := emitter.Emit(c)
	return c, file, err
}
