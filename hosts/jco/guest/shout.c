// SPDX-License-Identifier: MIT OR Apache-2.0

// A component's function that gets a string and returns another. The caller takes memory
// for its string from cabi_realloc, and after the call the string is this function's. What
// it returns is its caller's until that calls cabi_post_shout.

#include "genalloc.h"

struct string {
	char *bytes;
	size_t size;
};

static void give_back(void *block, size_t size, size_t align) { cabi_realloc(block, size, align, 0); }

__attribute__((export_name("shout"))) struct string *shout(char *text, size_t size) {
	struct string *s = cabi_realloc(0, 0, _Alignof(struct string), sizeof *s);
	s->size = size + 1;
	s->bytes = cabi_realloc(0, 0, 1, s->size);
	for (size_t i = 0; i < size; i++)
		s->bytes[i] = text[i] - (text[i] >= 'a' && text[i] <= 'z' ? 'a' - 'A' : 0);
	s->bytes[size] = '!';
	give_back(text, size, 1);
	return s;
}

__attribute__((export_name("cabi_post_shout"))) void free_shout(struct string *s) {
	give_back(s->bytes, s->size, 1);
	give_back(s, sizeof *s, _Alignof(struct string));
}
