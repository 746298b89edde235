// SPDX-License-Identifier: MIT OR Apache-2.0

// A Stylus contract that returns its arguments, words of 32 bytes, in reverse order.

#include "genalloc.h"

#define HOST(name) __attribute__((import_module("vm_hooks"), import_name(#name)))

HOST(read_args) void read_args(unsigned char *to);
HOST(write_result) void write_result(const unsigned char *from, size_t size);

enum { WORD = 32 };

// user_entrypoint returns 0, or 1 to revert.
int user_entrypoint(size_t size) {
	if (size % WORD)
		return 1;
	unsigned char *args = alloc(size, 8);
	unsigned char *result = alloc(size, 8);
	if (!args || !result)
		return 1;
	read_args(args);
	for (size_t at = 0; at < size; at += WORD)
		for (size_t i = 0; i < WORD; i++)
			result[size - WORD - at + i] = args[at + i];
	write_result(result, size);
	dealloc(args, size, 8);
	return 0;
}
