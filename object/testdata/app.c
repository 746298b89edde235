// SPDX-License-Identifier: MIT OR Apache-2.0

// A program over the core functions. run returns 0, or the number of the line
// whose expectation does not hold.

typedef __SIZE_TYPE__ usize;

void *alloc(usize size, usize align);
void *alloc_zeroed(usize size, usize align);
void dealloc(void *ptr, usize size, usize align);
void *genalloc_realloc(void *ptr, usize old_size, usize align, usize new_size);

extern unsigned char __heap_base;

// Data of its own, which the linker puts below the heap beside the allocator's.
static unsigned before[3] = {1, 2, 3};

#define EXPECT(condition) \
	if (!(condition)) \
	return __LINE__

int run(void) {
	unsigned char *first = alloc(10, 1);
	EXPECT(first == &__heap_base);
	unsigned char *second = alloc(100, 64);
	EXPECT(second >= first + 10 && second < first + 10 + 64 && (usize)second % 64 == 0);
	for (usize i = 0; i < 10; i++)
		first[i] = i;
	first = genalloc_realloc(first, 10, 1, 200000);
	EXPECT(first >= second + 100);
	EXPECT(((usize)first + 200000 - 1) / 65536 < __builtin_wasm_memory_size(0));
	for (usize i = 0; i < 10; i++)
		EXPECT(first[i] == i);
	unsigned char *zeroed = alloc_zeroed(70000, 16);
	EXPECT(zeroed >= first + 200000);
	for (usize i = 0; i < 70000; i++)
		EXPECT(zeroed[i] == 0);
	dealloc(zeroed, 70000, 16);
	EXPECT(alloc((usize)-1, 1) == 0);
	EXPECT(before[0] == 1 && before[1] == 2 && before[2] == 3);
	return 0;
}
