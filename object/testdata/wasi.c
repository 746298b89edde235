// SPDX-License-Identifier: MIT OR Apache-2.0

// A program of wasi-libc, whose printf, getline, qsort and strdup allocate.

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern unsigned char __heap_base;

static int compare(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }

int main(int argc, char **argv) {
	char *words[] = {strdup("one"), strdup("two"), strdup("three")};
	qsort(words, 3, sizeof *words, compare);
	char *line = 0;
	if (asprintf(&line, "%s %s %s %.3f", words[0], words[1], words[2], 0.5) < 0)
		return 1;
	puts(line);
	// The first block of an allocator that hands memory out upwards, 16 bytes of
	// its own before it, is where the heap begins; argv came first.
	printf("%d arguments, usable %zu, %s\n", argc, malloc_usable_size(words[0]),
		(unsigned char *)argv[0] < &__heap_base + 256 ? "low" : "high");
	free(line);
	return 0;
}
