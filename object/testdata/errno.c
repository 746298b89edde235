// SPDX-License-Identifier: MIT OR Apache-2.0

// A program of wasi-libc that looks at errno. It returns 0, or the number of the line
// whose expectation does not hold.

#include <errno.h>
#include <stdlib.h>

// Volatile, or the compiler leaves out calls whose blocks nobody uses, and reads of
// errno, which it takes for a variable that malloc does not change.
static void *volatile block;
#define NUMBER (*(volatile int *)&errno)

// SETS evaluates an expression that has to be null and set errno, then one that has not.
#define SETS(number, expression) \
	NUMBER = 0; \
	block = (expression); \
	if (block || NUMBER != (number)) \
		return __LINE__; \
	block = malloc(1); \
	if (!block || NUMBER != (number)) \
		return __LINE__

int main(void) {
	volatile size_t all = -1;
	void *p = malloc(10);
	SETS(ENOMEM, malloc(all));
	SETS(ENOMEM, malloc(all - 20));
	SETS(ENOMEM, calloc(all, all));
	SETS(ENOMEM, calloc(all / 2, 2));
	SETS(ENOMEM, realloc(p, all));
	SETS(ENOMEM, realloc(p, all - 20));
	SETS(ENOMEM, aligned_alloc(64, all));
	SETS(ENOMEM, aligned_alloc(64, all - 100));
	SETS(EINVAL, aligned_alloc(3, 1));
	return 0;
}
