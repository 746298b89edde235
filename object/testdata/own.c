// SPDX-License-Identifier: MIT OR Apache-2.0

// A program with an alloc of its own.

typedef __SIZE_TYPE__ usize;

void *genalloc_realloc(void *ptr, usize old_size, usize align, usize new_size);

void *alloc(usize size, usize align) { return 0; }

// own is 0 where the allocator's realloc has kept to the allocator's alloc.
int own(void) {
	return alloc(1, 1) != 0 || genalloc_realloc((void *)64, 1, 1, 100) == 0;
}
