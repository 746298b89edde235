// SPDX-License-Identifier: MIT OR Apache-2.0
// Compresses texts at each level and takes them back, at once and as streams that live
// side by side.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zlib.h"

enum { SIZE = 1 << 19, STREAMS = 8, PIECE = 4096 };

static void check(int ok, const char *what) {
	if (ok)
		return;
	printf("%s fails\n", what);
	exit(1);
}

static void fill(unsigned char *text, unsigned seed) {
	for (int i = 0; i < SIZE; i++) {
		seed = seed * 1103515245 + 12345;
		text[i] = "etaoin shrdlu"[(seed >> 16) % (1 + (i >> 16) % 13)];
	}
}

static uLong at_once(const unsigned char *text, int level) {
	uLong room = compressBound(SIZE), size = SIZE;
	unsigned char *packed = malloc(room), *back = malloc(SIZE);
	check(packed && back, "malloc");
	check(compress2(packed, &room, text, SIZE, level) == Z_OK, "compress2");
	check(uncompress(back, &size, packed, room) == Z_OK && size == SIZE, "uncompress");
	check(memcmp(back, text, SIZE) == 0, "the round trip");
	free(back);
	free(packed);
	return room;
}

// A few deflating streams take a piece of the text each in turn, and end in turn.
static uLong side_by_side(const unsigned char *text) {
	z_stream s[STREAMS] = {0};
	unsigned char *out = malloc(STREAMS * (SIZE / 4));
	uLong total = 0;
	check(out != NULL, "malloc");
	for (int i = 0; i < STREAMS; i++) {
		check(deflateInit2(&s[i], 1 + i, Z_DEFLATED, 9 + i % 7, 1 + i, Z_DEFAULT_STRATEGY) == Z_OK, "deflateInit2");
		s[i].next_out = out + i * (SIZE / 4);
		s[i].avail_out = SIZE / 4;
	}
	for (int at = 0; at < SIZE / 8; at += PIECE)
		for (int i = 0; i < STREAMS; i++) {
			s[i].next_in = (unsigned char *)text + at;
			s[i].avail_in = PIECE;
			check(deflate(&s[i], at + PIECE == SIZE / 8 ? Z_FINISH : Z_NO_FLUSH) >= 0, "deflate");
		}
	for (int i = 0; i < STREAMS; i++) {
		total += s[i].total_out;
		check(deflateEnd(&s[i]) == Z_OK, "deflateEnd");
	}
	free(out);
	return total;
}

int main(void) {
	unsigned char *text = malloc(SIZE);
	check(text != NULL, "malloc");
	for (int level = 1; level <= 9; level += 4) {
		fill(text, level);
		printf("level %d: %d to %lu to %d\n", level, SIZE, at_once(text, level), SIZE);
	}
	for (int round = 0; round < 4; round++)
		printf("streams: %lu\n", side_by_side(text));
	free(text);
	return 0;
}
