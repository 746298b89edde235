// SPDX-License-Identifier: MIT OR Apache-2.0

// The allocator's functions, as code that calls them has them.
#include "genalloc.h"

#ifdef FIXED
#define ALIGN_PARAM
#define ALIGN
#else
#define ALIGN_PARAM , size_t align
#define ALIGN , align
#endif

#ifdef POINTER
// The function itself, which the compiler writes out then.
static void *(*volatile pointer)(size_t, size_t) = alloc;
#define alloc pointer
#endif

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(use_alloc) void *use_alloc(size_t size ALIGN_PARAM) { return alloc(size ALIGN); }
EXPORT(use_alloc_zeroed) void *use_alloc_zeroed(size_t size ALIGN_PARAM) { return alloc_zeroed(size ALIGN); }
EXPORT(use_dealloc) void use_dealloc(void *ptr, size_t size ALIGN_PARAM) { dealloc(ptr, size ALIGN); }
#ifndef NO_REALLOC
EXPORT(use_realloc) void *use_realloc(void *ptr, size_t old_size ALIGN_PARAM, size_t new_size) {
	return genalloc_realloc(ptr, old_size ALIGN, new_size);
}
#endif
