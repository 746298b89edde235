// SPDX-License-Identifier: MIT OR Apache-2.0

// The guest of wazero's examples of allocation: greet logs a greeting, and greeting returns
// the address and the size of one.

#include <stdint.h>
#include <stddef.h>

void *allocate(size_t size);
void deallocate(void *block, size_t size);

#define EXPORT(name) __attribute__((export_name(#name)))

__attribute__((import_module("env"), import_name("log"))) void log_text(const char *text, size_t size);

static char *join(const char *before, const char *name, size_t size, size_t *length) {
	size_t n = 0;
	while (before[n])
		n++;
	char *text = allocate(n + size + 1);
	if (!text)
		__builtin_trap();
	for (size_t i = 0; i < n; i++)
		text[i] = before[i];
	for (size_t i = 0; i < size; i++)
		text[n + i] = name[i];
	text[n + size] = '!';
	*length = n + size + 1;
	return text;
}

EXPORT(greet) void greet(const char *name, size_t size) {
	size_t length;
	char *text = join("wasm >> Hello, ", name, size, &length);
	log_text(text, length);
	deallocate(text, length);
}

EXPORT(greeting) uint64_t greeting(const char *name, size_t size) {
	size_t length;
	char *text = join("Hello, ", name, size, &length);
	return (uint64_t)(uintptr_t)text << 32 | length;
}
