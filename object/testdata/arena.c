// SPDX-License-Identifier: MIT OR Apache-2.0

// A program over marks, which has functions of the same everyday names itself. run
// returns 0, or the number of the line whose expectation does not hold.

typedef __SIZE_TYPE__ usize;

void *alloc(usize size, usize align);
void *alloc_zeroed(usize size, usize align);
usize genalloc_mark(void);
void genalloc_release(usize mark);
void genalloc_reset(void);

extern unsigned char __heap_base;

int mark = 1;
int release(int n) { return n + mark; }
int reset(void) { return 2; }

#define EXPECT(condition) \
	if (!(condition)) \
	return __LINE__

int run(void) {
	// The heap starts with the first call, whichever it is.
	usize start = genalloc_mark();
	unsigned char *first = alloc(10, 1);
	EXPECT(first == &__heap_base);
	usize older = genalloc_mark();
	for (usize round = 0; round < 100; round++) {
		usize younger = genalloc_mark();
		unsigned char *p = alloc_zeroed(100000, 16);
		EXPECT(p > first);
		for (usize i = 0; i < 100000; i++)
			EXPECT(p[i] == 0);
		for (usize i = 0; i < 100000; i++)
			p[i] = round;
		genalloc_release(younger);
	}
	EXPECT(__builtin_wasm_memory_size(0) < 16);
	EXPECT(alloc(1, 1) == first + 10);
	usize stale = genalloc_mark();
	genalloc_release(older);
	genalloc_release(stale);
	EXPECT(alloc(1, 1) == first + 10);
	genalloc_reset();
	EXPECT(alloc(1, 1) == first);
	genalloc_release(start);
	EXPECT(alloc(1, 1) == first);
	EXPECT(release(1) + reset() == 4);
	return 0;
}
