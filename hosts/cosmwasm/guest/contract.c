// SPDX-License-Identifier: MIT OR Apache-2.0

// A CosmWasm contract that keeps a note. Its messages are JSON:
//
//	{"keep":…}   stores the message
//	{"loop":N}   allocates and frees N blocks of 1 to 256 bytes
//	{"fill":…}   allocates until there is no more, and then reads the note

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
	unsigned char *bytes;
	uint32_t capacity, length;
} region;

region *allocate(size_t size);
void deallocate(region *r);

#define EXPORT(name) __attribute__((export_name(#name)))
#define HOST(name) __attribute__((import_module("env"), import_name(#name)))

HOST(db_read) region *db_read(const region *key);
HOST(db_write) void db_write(const region *key, const region *value);

EXPORT(interface_version_8) void interface_version_8(void) {}

static const region key = {(unsigned char *)"note", 4, 4};

static void append(region *to, const char *text) {
	while (*text)
		to->bytes[to->length++] = *text++;
}

static region *answer(const char *text) {
	region *r = allocate(100);
	if (!r)
		__builtin_trap();
	r->length = 0;
	append(r, text);
	return r;
}

static region *done(void) {
	return answer("{\"ok\":{\"messages\":[],\"attributes\":[],\"events\":[],\"data\":null}}");
}

static region *failed(void) {
	return answer("{\"error\":\"the message is not known\"}");
}

EXPORT(instantiate) region *instantiate(region *env, region *info, region *message) {
	db_write(&key, message);
	return done();
}

static uint32_t number(const region *message) {
	uint32_t n = 0;
	for (uint32_t i = 0; i < message->length; i++)
		if (message->bytes[i] >= '0' && message->bytes[i] <= '9')
			n = n * 10 + (message->bytes[i] - '0');
	return n;
}

EXPORT(execute) region *execute(region *env, region *info, region *message) {
	if (message->length < 3)
		return failed();
	switch (message->bytes[2]) {
	case 'k':
		db_write(&key, message);
		break;
	case 'l':
		for (uint32_t i = 0, n = number(message); i < n; i++) {
			region *r = allocate(i % 256 + 1);
			if (!r)
				return failed();
			deallocate(r);
		}
		break;
	case 'f':
		for (size_t size = 1 << 20; size; size /= 2)
			while (allocate(size))
				continue;
		db_read(&key);
		break;
	default:
		return failed();
	}
	return done();
}

// A query answers with the note in base64.
EXPORT(query) region *query(region *env, region *message) {
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const region *note = db_read(&key);
	if (!note)
		return failed();
	region *r = allocate(note->length / 3 * 4 + 16);
	if (!r)
		__builtin_trap();
	r->length = 0;
	append(r, "{\"ok\":\"");
	for (uint32_t i = 0; i < note->length; i += 3) {
		uint32_t three = 0;
		for (uint32_t k = 0; k < 3; k++)
			three = three << 8 | (i + k < note->length ? note->bytes[i + k] : 0);
		for (uint32_t k = 0; k < 4; k++)
			r->bytes[r->length++] = i + k > note->length ? '=' : digits[three >> (18 - 6 * k) & 63];
	}
	append(r, "\"}");
	return r;
}
