// SPDX-License-Identifier: MIT OR Apache-2.0

#include "genalloc.h"

// run returns how many bytes of a grown block are as they should be.
int run(void) {
	unsigned char *p = alloc_zeroed(100, 64);
	if (!p || (size_t)p % 64)
		return -1;
	p[0] = 1;
	p = realloc(p, 100, 64, 300);
	int good = p[0] == 1;
	for (int i = 1; i < 100; i++)
		good += p[i] == 0;
	dealloc(p, 300, 64);
	return good;
}
