// SPDX-License-Identifier: MIT OR Apache-2.0

// greet in the types of the canonical ABI. The caller gets the memory for its strings from
// cabi_realloc, and so does greet for its result.

#include "genalloc.h"

struct string {
	char *bytes;
	size_t size;
};

static void append(struct string *s, const char *bytes, size_t size) {
	s->bytes = cabi_realloc(s->bytes, s->size, 1, s->size + size);
	for (size_t i = 0; i < size; i++)
		s->bytes[s->size + i] = bytes[i];
	s->size += size;
}

struct string *greet(struct string *names, size_t count) {
	struct string *line = cabi_realloc(0, 0, _Alignof(struct string), sizeof *line);
	line->bytes = 0;
	line->size = 0;
	append(line, "Hello", 5);
	for (size_t i = 0; i < count; i++) {
		append(line, i ? " and " : ", ", i ? 5 : 2);
		append(line, names[i].bytes, names[i].size);
	}
	append(line, "!", 1);
	return line;
}
