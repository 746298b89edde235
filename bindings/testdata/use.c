// SPDX-License-Identifier: MIT OR Apache-2.0

#ifdef LIBC
#include <stdlib.h>
#endif
#include "genalloc.h"

// run returns how many bytes of a grown block are as they should be.
int run(void) {
	unsigned char *p = alloc_zeroed(100, 64);
	if (!p || (size_t)p % 64)
		return -1;
	p[0] = 1;
	p = genalloc_realloc(p, 100, 64, 300);
	int good = p[0] == 1;
	for (int i = 1; i < 100; i++)
		good += p[i] == 0;
	dealloc(p, 300, 64);
#ifdef LIBC
	volatile char *theirs = realloc(malloc(10), 1000);
	theirs[999] = 42;
	good += theirs[999];
#endif
	return good;
}
