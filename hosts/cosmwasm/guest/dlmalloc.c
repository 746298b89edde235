// SPDX-License-Identifier: MIT OR Apache-2.0

// The functions of a contract over libc's malloc: a region and its bytes are blocks of
// their own, as in contracts in Rust (cosmwasm-std, memory.rs).

#include <stdint.h>
#include <stdlib.h>

typedef struct {
	void *bytes;
	uint32_t capacity, length;
} region;

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(allocate) region *allocate(size_t size) {
	void *bytes = malloc(size);
	region *r = malloc(sizeof *r);
	if (!bytes || !r)
		return 0;
	*r = (region){bytes, size, 0};
	return r;
}

EXPORT(deallocate) void deallocate(region *r) {
	free(r->bytes);
	free(r);
}
