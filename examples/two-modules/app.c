// SPDX-License-Identifier: MIT OR Apache-2.0

// A program whose allocator is another instance on the same memory.

#include "genalloc.h"

static const char pattern[] = "wasm ";

// repeat returns the pattern, count times.
const char *repeat(int count) {
	size_t size = 0;
	char *text = alloc(1, 1);
	for (int n = 0; n < count; n++) {
		text = genalloc_realloc(text, size + 1, 1, size + sizeof pattern);
		for (size_t i = 0; i < sizeof pattern - 1; i++)
			text[size++] = pattern[i];
	}
	text[size] = 0;
	return text;
}
