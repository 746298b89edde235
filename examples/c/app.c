// SPDX-License-Identifier: MIT OR Apache-2.0

// Sorts the words of a text into a list, without a C library: malloc and its
// family come from genalloc.o.

#include "genalloc.h"

struct word {
	struct word *next;
	char text[];
};

static int before(const char *a, const char *b) {
	while (*a && *a == *b)
		a++, b++;
	return *a < *b;
}

static struct word *insert(struct word *list, const char *text, size_t size) {
	struct word *w = malloc(sizeof *w + size + 1);
	for (size_t i = 0; i < size; i++)
		w->text[i] = text[i];
	w->text[size] = 0;
	struct word **at = &list;
	while (*at && before((*at)->text, w->text))
		at = &(*at)->next;
	w->next = *at;
	*at = w;
	return list;
}

// words returns the text's words in order, each followed by a space.
const char *words(void) {
	const char *text = "the quick brown fox jumps over the lazy dog";
	struct word *list = 0;
	for (const char *at = text; *at;) {
		const char *end = at;
		while (*end && *end != ' ')
			end++;
		list = insert(list, at, end - at);
		at = *end ? end + 1 : end;
	}
	char *line = 0;
	size_t size = 0;
	while (list) {
		struct word *w = list;
		for (const char *c = w->text;; c++) {
			line = realloc(line, size + 1);
			line[size++] = *c ? *c : ' ';
			if (!*c)
				break;
		}
		list = w->next;
		free(w);
	}
	line = realloc(line, size + 1);
	line[size] = 0;
	return line;
}
