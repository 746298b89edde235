// SPDX-License-Identifier: MIT OR Apache-2.0
// Packs a text at fifteen levels and takes it back.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zstd.h"

enum { SIZE = 2 << 20, LEVELS = 15 };

static void check(int ok, const char *what) {
	if (ok)
		return;
	printf("%s fails\n", what);
	exit(1);
}

int main(void) {
	unsigned seed = 1;
	char *text = malloc(SIZE), *back = malloc(SIZE), *packed = malloc(ZSTD_compressBound(SIZE));
	check(text && back && packed, "malloc");
	for (int i = 0; i < SIZE; i++) {
		seed = seed * 1103515245 + 12345;
		text[i] = i > 5000 && (seed >> 20) % 8 ? text[i - 1 - (i >> 10) % 4096] : "etaoin shrdlu"[(seed >> 16) % 13];
	}
	for (int level = 1; level <= LEVELS; level++) {
		size_t size = ZSTD_compress(packed, ZSTD_compressBound(SIZE), text, SIZE, level);
		check(!ZSTD_isError(size), "packing");
		check(ZSTD_decompress(back, SIZE, packed, size) == SIZE, "unpacking");
		check(memcmp(text, back, SIZE) == 0, "the round trip");
		printf("level %d: %zu bytes\n", level, size);
	}
	free(packed);
	free(back);
	free(text);
	return 0;
}
