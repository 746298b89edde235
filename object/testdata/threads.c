// SPDX-License-Identifier: MIT OR Apache-2.0

// A program for threads, each of which has an instance of it over one memory. work and
// check return 0, or the number of the line whose expectation does not hold.

typedef unsigned int usize;

void *alloc(usize size, usize align);
void *alloc_zeroed(usize size, usize align);
void dealloc(void *ptr, usize size, usize align);
void *genalloc_realloc(void *ptr, usize old_size, usize align, usize new_size);

extern unsigned char __heap_base;

// All threads see these: what the linker puts into the memory once.
enum { THREADS = 3, BLOCKS = 64, SIZE = 5000 };
static unsigned char *blocks[THREADS][BLOCKS];
static unsigned before[3] = {1, 2, 3};

#define EXPECT(condition) \
	if (!(condition)) \
	return __LINE__

// work allocates the next block of a thread, and fills it.
int work(usize thread, usize i) {
	unsigned char *block = alloc_zeroed(SIZE, 8);
	EXPECT(block > &__heap_base);
	for (usize j = 0; j < SIZE; j++)
		EXPECT(block[j] == 0);
	for (usize j = 0; j < SIZE; j++)
		block[j] = thread * BLOCKS + i;
	blocks[thread][i] = block;
	EXPECT(alloc(0xffffffff, 1) == 0);
	return 0;
}

// check looks at the blocks of all threads, whichever runs it, and makes them longer.
int check(void) {
	EXPECT(before[0] == 1 && before[1] == 2 && before[2] == 3);
	for (usize t = 0; t < THREADS; t++)
		for (usize i = 0; i < BLOCKS; i++) {
			unsigned char *block = genalloc_realloc(blocks[t][i], SIZE, 8, SIZE + 100);
			for (usize j = 0; j < SIZE; j++)
				EXPECT(block[j] == (unsigned char)(t * BLOCKS + i));
			dealloc(block, SIZE + 100, 8);
		}
	return 0;
}
