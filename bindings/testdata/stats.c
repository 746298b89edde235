// SPDX-License-Identifier: MIT OR Apache-2.0

#include "genalloc.h"

int run(void) {
	struct genalloc_counters c;
	void *a = alloc(100, 8), *b = alloc(20, 8);
	a = genalloc_realloc(a, 100, 8, 70000);
	dealloc(b, 20, 8);
	alloc((size_t)-1, 1);
	genalloc_stats(&c);
	return a && c.live_bytes == 70000 && c.live_blocks == 1 && c.peak_bytes == 70020 && c.calls == 5 && c.growths == 1 && c.refused == 1;
}
