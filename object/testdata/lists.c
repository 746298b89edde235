// SPDX-License-Identifier: MIT OR Apache-2.0

// A program whose blocks come back. run returns 0, or the number of the line whose
// expectation does not hold.

typedef __SIZE_TYPE__ usize;

void *alloc(usize size, usize align);
void dealloc(void *ptr, usize size, usize align);
void *genalloc_realloc(void *ptr, usize old_size, usize align, usize new_size);

extern unsigned char __heap_base;

#define EXPECT(condition) \
	if (!(condition)) \
	return __LINE__

int run(void) {
	unsigned char *blocks[3];
	for (int i = 0; i < 3; i++) {
		blocks[i] = alloc(40, 8);
		EXPECT(blocks[i] >= &__heap_base);
		for (int j = 0; j < 40; j++)
			blocks[i][j] = i;
	}
	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 40; j++)
			EXPECT(blocks[i][j] == i);
		dealloc(blocks[i], 40, 8);
	}
	for (int i = 2; i >= 0; i--)
		EXPECT(alloc(40, 8) == blocks[i]);
	unsigned char *p = alloc(100000, 16);
	p[99999] = 7;
	p = genalloc_realloc(p, 100000, 16, 300000);
	EXPECT(p && (usize)p % 16 == 0 && p[99999] == 7);
	EXPECT(alloc((usize)-1, 1) == 0);
	return 0;
}
