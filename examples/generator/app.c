// SPDX-License-Identifier: MIT OR Apache-2.0

#include "records.h"

// pages makes and frees n points and returns the size of the memory.
int pages(int n) {
	for (int i = 0; i < n; i++) {
		struct point *p = new_point();
		if (!p || (size_t)p % 8)
			return -1;
		p->x = p->y = i;
		free_point(p);
	}
	return __builtin_wasm_memory_size(0);
}
