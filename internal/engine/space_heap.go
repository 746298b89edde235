// SPDX-License-Identifier: MIT OR Apache-2.0

//go:build !linux && !darwin

package engine

// Where address space cannot be reserved, the memory is copied as it grows:
// right, but slow near 4 GiB.
func (s *space) reserve(uint64) {}

func (s *space) extend(size uint64) bool {
	if size > uint64(len(s.all)) {
		all := make([]byte, size)
		copy(all, s.used)
		s.all = all
	}
	return true
}

func (s *space) release() { s.all, s.used = nil, nil }
