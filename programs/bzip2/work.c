// SPDX-License-Identifier: MIT OR Apache-2.0
// Unpacks bzip2's three samples and packs them again; both have to give its own files.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bzlib.h"

struct file {
	char *bytes;
	unsigned size;
};

static void check(int ok, const char *what) {
	if (ok)
		return;
	printf("%s fails\n", what);
	exit(1);
}

static struct file read_file(const char *pattern, int n) {
	char path[64];
	snprintf(path, sizeof path, pattern, n);
	FILE *f = fopen(path, "rb");
	check(f != NULL, path);
	fseek(f, 0, SEEK_END);
	struct file x = {.size = ftell(f)};
	x.bytes = malloc(x.size);
	rewind(f);
	check(x.bytes && fread(x.bytes, 1, x.size, f) == x.size, path);
	fclose(f);
	return x;
}

void bz_internal_error(int code) {
	printf("bzip2's own check %d fails\n", code);
	exit(1);
}

int main(void) {
	for (int n = 1; n <= 3; n++) {
		struct file plain = read_file("/source/sample%d.ref", n), packed = read_file("/source/sample%d.bz2", n);
		unsigned size = plain.size + 1, room = plain.size + plain.size / 100 + 600;
		char *out = malloc(room);
		check(BZ2_bzBuffToBuffDecompress(out, &size, packed.bytes, packed.size, n == 3, 0) == BZ_OK, "unpacking");
		check(size == plain.size && memcmp(out, plain.bytes, size) == 0, "the unpacked file");
		// The samples were made with the levels 1, 2 and 3.
		check(BZ2_bzBuffToBuffCompress(out, &room, plain.bytes, plain.size, n, 0, 0) == BZ_OK, "packing");
		check(room == packed.size && memcmp(out, packed.bytes, room) == 0, "the packed file");
		printf("sample %d: %u bytes, packed %u\n", n, size, room);
		free(out);
		free(packed.bytes);
		free(plain.bytes);
	}
	return 0;
}
