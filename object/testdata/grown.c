// SPDX-License-Identifier: MIT OR Apache-2.0

// A program that is told of growth, and tells how often and of which memory. Without
// -DTOLD, the one that hosts it has to be told.

#include <stddef.h>

void *alloc(size_t size, size_t align);

static int growths;

#ifdef TOLD
void grown(int memory) { growths += 1 + 100 * memory; }
#endif

__attribute__((export_name("run"))) int run(void) {
	char *small = alloc(16, 8), *large = alloc(200000, 8), *fits = alloc(16, 8);
	return small && large && fits ? growths : -1;
}
