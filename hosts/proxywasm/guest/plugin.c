// SPDX-License-Identifier: MIT OR Apache-2.0

// A proxy-wasm plug-in that logs what the host hands over: its configuration, the header
// that this names, and the length and the sum of each body. The host takes the memory for
// them from the plug-in, which frees it.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define HOST(name) __attribute__((import_module("env"), import_name(#name))) uint32_t name

HOST(proxy_log)(uint32_t level, const char *text, size_t size);
HOST(proxy_get_buffer_bytes)(uint32_t buffer, uint32_t start, uint32_t size, char **bytes, uint32_t *length);
HOST(proxy_get_header_map_pairs)(uint32_t map, char **bytes, uint32_t *length);

enum { INFO = 2, REQUEST_BODY = 0, PLUGIN_CONFIGURATION = 7, REQUEST_HEADERS = 0 };

// The host's blocks are malloc's, so that free takes them. An allocator with this function
// of its own comes before this one.
EXPORT(proxy_on_memory_allocate) __attribute__((weak)) void *allocate(size_t size) __asm__("proxy_on_memory_allocate");
void *allocate(size_t size) { return malloc(size); }

EXPORT(proxy_abi_version_0_2_0) void version(void) {}
EXPORT(proxy_on_vm_start) uint32_t on_vm_start(uint32_t context, uint32_t size) { return 1; }
EXPORT(proxy_on_context_create) void on_context_create(uint32_t context, uint32_t parent) {}
EXPORT(proxy_on_done) uint32_t on_done(uint32_t context) { return 1; }
EXPORT(proxy_on_log) void on_log(uint32_t context) {}
EXPORT(proxy_on_delete) void on_delete(uint32_t context) {}

// say logs two strings, of which the second has a length.
static void say(const char *what, const char *text, size_t length) {
	size_t size = strlen(what) + length;
	char *line = malloc(size);
	if (!line)
		__builtin_trap();
	memcpy(line, what, strlen(what));
	memcpy(line + strlen(what), text, length);
	proxy_log(INFO, line, size);
	free(line);
}

static char *wanted; // the header that the configuration names
static uint32_t wanted_length;

EXPORT(proxy_on_configure) uint32_t on_configure(uint32_t context, uint32_t size) {
	if (proxy_get_buffer_bytes(PLUGIN_CONFIGURATION, 0, size, &wanted, &wanted_length))
		wanted_length = 0;
	say("configuration: ", wanted, wanted_length);
	return 1;
}

// A map of headers is their number, the lengths of each name and value, and then these,
// with a byte of 0 behind each.
EXPORT(proxy_on_request_headers) uint32_t on_request_headers(uint32_t context, uint32_t count, uint32_t end) {
	char *map = 0;
	uint32_t size = 0;
	if (proxy_get_header_map_pairs(REQUEST_HEADERS, &map, &size) || !size) {
		say("no headers", 0, 0);
		return 0;
	}
	uint32_t pairs, name, value;
	memcpy(&pairs, map, 4);
	const char *text = map + 4 + 8 * pairs;
	for (uint32_t i = 0; i < pairs; i++) {
		memcpy(&name, map + 4 + 8 * i, 4);
		memcpy(&value, map + 8 + 8 * i, 4);
		if (name == wanted_length && !memcmp(text, wanted, name))
			say("header: ", text + name + 1, value);
		text += name + value + 2;
	}
	free(map);
	return 0;
}

EXPORT(proxy_on_request_body) uint32_t on_request_body(uint32_t context, uint32_t size, uint32_t end) {
	char *body = 0;
	uint32_t length = 0, sum = 0;
	if (proxy_get_buffer_bytes(REQUEST_BODY, 0, size, &body, &length))
		length = 0;
	for (uint32_t i = 0; i < length; i++)
		sum += (unsigned char)body[i];
	char line[40];
	say("body: ", line, snprintf(line, sizeof line, "%u bytes, sum %u", (unsigned)length, (unsigned)sum));
	if (length)
		free(body);
	return 0;
}

// A host that runs WASI commands calls this, for the plug-in has no main.
EXPORT(_start) void start(void) {}
