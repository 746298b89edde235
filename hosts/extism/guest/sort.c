// SPDX-License-Identifier: MIT OR Apache-2.0

// An Extism plug-in that sorts words. The kernel keeps the input and the output in a memory
// of its own, which is read and written by functions; the words are in the plug-in's.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL(name) __attribute__((import_module("extism:host/env"), import_name(#name)))

KERNEL(input_length) uint64_t input_length(void);
KERNEL(input_load_u8) uint32_t input_load_u8(uint64_t at);
KERNEL(input_load_u64) uint64_t input_load_u64(uint64_t at);
KERNEL(alloc) uint64_t kernel_alloc(uint64_t size);
KERNEL(store_u8) void store_u8(uint64_t at, uint32_t byte);
KERNEL(store_u64) void store_u64(uint64_t at, uint64_t bytes);
KERNEL(output_set) void output_set(uint64_t at, uint64_t size);

// input returns what the kernel was given, with a 0 behind it.
static char *input(size_t size) {
	char *text = malloc(size + 1);
	if (!text)
		return 0;
	size_t at = 0;
	for (uint64_t eight; at + 8 <= size; at += 8) {
		eight = input_load_u64(at);
		memcpy(text + at, &eight, 8);
	}
	for (; at < size; at++)
		text[at] = input_load_u8(at);
	text[size] = 0;
	return text;
}

static int32_t output(const char *text, size_t size) {
	uint64_t to = kernel_alloc(size);
	if (!to)
		return 1;
	size_t at = 0;
	for (uint64_t eight; at + 8 <= size; at += 8) {
		memcpy(&eight, text + at, 8);
		store_u64(to + at, eight);
	}
	for (; at < size; at++)
		store_u8(to + at, text[at]);
	output_set(to, size);
	return 0;
}

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

__attribute__((export_name("sort"))) int32_t sort(void) {
	size_t size = input_length(), count = 0, room = 0;
	char *text = input(size), **words = 0;
	if (!text)
		return 1;
	for (char *word = strtok(text, " "); word; word = strtok(0, " ")) {
		if (count == room) {
			room = room ? 2 * room : 4;
			char **more = realloc(words, room * sizeof *words);
			if (!more)
				return 1;
			words = more;
		}
		if (!(words[count++] = strdup(word)))
			return 1;
	}
	qsort(words, count, sizeof *words, compare);
	char *to = text;
	for (size_t i = 0; i < count; i++) {
		if (i)
			*to++ = ' ';
		to = stpcpy(to, words[i]);
		free(words[i]);
	}
	int32_t status = output(text, to - text);
	free(words);
	free(text);
	return status;
}
