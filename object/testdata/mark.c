// SPDX-License-Identifier: MIT OR Apache-2.0

// A program with a genalloc_mark of its own.

typedef __SIZE_TYPE__ usize;

void *alloc(usize size, usize align);
void genalloc_release(usize mark);

usize genalloc_mark(void) { return 7; }

// own is 0 where the program calls its own mark, and the allocator's other functions.
int own(void) {
	char *p = alloc(1, 1);
	genalloc_release(genalloc_mark());
	return genalloc_mark() != 7 || alloc(1, 1) != p + 1;
}
