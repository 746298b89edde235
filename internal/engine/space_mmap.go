// SPDX-License-Identifier: MIT OR Apache-2.0

//go:build linux || darwin

package engine

import "syscall"

// reserve takes size bytes of address space; pages come when they are touched.
func (s *space) reserve(size uint64) {
	all, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
	if err == nil {
		s.all = all
	}
}

// extend reports whether the first size bytes are there.
func (s *space) extend(size uint64) bool { return size <= uint64(len(s.all)) }

func (s *space) release() {
	if s.all != nil {
		syscall.Munmap(s.all)
		s.all, s.used = nil, nil
	}
}
