// SPDX-License-Identifier: MIT OR Apache-2.0

#include "genalloc.h"

static size_t address(void) { return (size_t)alloc(1, 1); }

// early leaves its scope by a return.
static int early(int n) {
	GENALLOC_SCOPE(before);
	if (!alloc(1000, 8))
		return -1;
	if (n)
		return early(n - 1);
	return 1;
}

// run returns 1 where each mark has its way.
int run(void) {
	size_t start = address();
	size_t before = MARK();
	for (int i = 0; i < 100000; i++) {
		GENALLOC_SCOPE(inner);
		unsigned char *p = alloc_zeroed(1000, 1);
		if (!p || p[999])
			return -1;
		p[999] = 1;
	}
	if (early(10) != 1 || address() != start + 1)
		return -2;
	RELEASE(before);
	if (address() != start + 1)
		return -3;
	RESET();
	return address() == start;
}
