// SPDX-License-Identifier: MIT OR Apache-2.0

// A plug-in for the host of go-plugin's example helloworld. Messages are protobuf's, here
// with a single field: the tag, the length, and the text. An answer is the address and the
// size of a block that the host frees.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name)))

enum { TAG = 1 << 3 | 2 }; // field 1, a string

EXPORT(greeter_api_version) uint64_t version(void) { return 1; }

EXPORT(greeter_greet) uint64_t greet(const unsigned char *message, size_t size) {
	static const char greeting[] = "Good morning, ";
	const unsigned char *at = message, *end = message + size;
	size_t length = 0;
	if (at < end && *at++ == TAG)
		for (int shift = 0; at < end; shift += 7) {
			length |= (size_t)(*at & 127) << shift;
			if (*at++ < 128)
				break;
		}
	if (length > (size_t)(end - at))
		length = end - at;

	size_t text = strlen(greeting) + length;
	unsigned char *answer = malloc(1 + 5 + text), *to = answer;
	if (!answer)
		__builtin_trap();
	*to++ = TAG;
	size_t rest = text;
	for (; rest > 127; rest >>= 7)
		*to++ = rest | 128;
	*to++ = rest;
	memcpy(to, greeting, strlen(greeting));
	memcpy(to + strlen(greeting), at, length);
	return (uint64_t)(uintptr_t)answer << 32 | (to + text - answer);
}
