// SPDX-License-Identifier: MIT OR Apache-2.0

// A program for wasi-libc. stdio, strdup and aligned_alloc all get their memory from
// genalloc.o instead of dlmalloc.

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int descending(const void *a, const void *b) { return strcmp(*(char **)b, *(char **)a); }

int main(void) {
	char *names[] = {strdup("Ada"), strdup("Grace"), strdup("Barbara")};
	qsort(names, 3, sizeof *names, descending);
	for (int i = 0; i < 3; i++)
		printf("%s, %zu bytes\n", names[i], malloc_usable_size(names[i]));
	double *table = aligned_alloc(64, 1000 * sizeof *table);
	for (int i = 0; i < 1000; i++)
		table[i] = i / 2.0;
	printf("%.1f in a table aligned to 64: %s\n", table[999], (size_t)table % 64 ? "no" : "yes");
	free(table);
	return 0;
}
