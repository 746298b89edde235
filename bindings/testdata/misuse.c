// SPDX-License-Identifier: MIT OR Apache-2.0

// A program of wasi-libc that makes the mistake KIND with its second allocation, of 20
// bytes. CORE has the functions of core beside libc's own allocator.

#define GENALLOC_PRINTS_FAULTS
#include "genalloc.h"
#include <stdio.h>
#include <stdlib.h>

#ifdef CORE
#define NEW(size) alloc(size, 8)
#define FREE(ptr, size) dealloc(ptr, size, 8)
#else
#define NEW(size) malloc(size)
#define FREE(ptr, size) free(ptr)
#endif

int main(void) {
	char *first = NEW(100);
	char *p = NEW(20);
	switch (KIND) {
	case GENALLOC_OVERRUN:
		p[20] = 1;
		FREE(p, 20);
		break;
	case GENALLOC_UNDERRUN:
		p[-1] = 1;
		FREE(p, 20);
		break;
	case GENALLOC_DOUBLE_FREE:
		FREE(p, 20);
		FREE(p, 20);
		break;
	case GENALLOC_WILD_FREE:
		FREE(p + 4, 20);
		FREE(p, 20);
		break;
#ifdef CORE
	case GENALLOC_WRONG_SIZE:
		dealloc(p, 21, 8);
		break;
	case GENALLOC_WRONG_ALIGNMENT:
		dealloc(p, 20, 4);
		break;
#endif
	case GENALLOC_USE_AFTER_FREE:
		FREE(p, 20);
		p[7] = 1;
		for (int i = 0; i < 64; i++) {
			char *other = NEW(1);
			FREE(other, 1);
		}
		break;
	case GENALLOC_LEAK:
		break;
	}
	FREE(first, 100);
	printf("%d %d\n", genalloc_check(), genalloc_leaks());
	return 0;
}
