// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdint.h>
#include "genalloc.h"

// Each function runs a loop. What one costs beyond empty is what is at the call sites.

#define KEEP(x) __asm__ volatile("" : "+r"(x))
#define LOOP(name, body) \
	__attribute__((export_name(#name))) uint32_t name(uint32_t n) { \
		uint32_t sum = 0; \
		_Pragma("nounroll") for (uint32_t i = 0; i < n; i++) { \
			char *p; \
			body; \
			KEEP(p); \
			sum += (uint32_t)p; \
		} \
		return sum; \
	}

LOOP(empty, p = (char *)i)
LOOP(allocs, p = alloc(16, 8))
LOOP(pairs, p = alloc(16, 8); KEEP(p); *p = 1; dealloc(p, 16, 8))
