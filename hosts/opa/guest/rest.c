// SPDX-License-Identifier: MIT OR Apache-2.0

// The rest of what OPA's malloc.h declares, for an allocator from genalloc in the place of
// OPA's malloc.c. The free list that some of it is about does not exist.

#include "std.h"
#include <stddef.h>

extern unsigned char __heap_base;

#define PAGE 65536

unsigned opa_heap_top_get(void) { return __builtin_wasm_memory_size(0) * PAGE; }
void opa_heap_top_set(unsigned top) {}

// What is cached for builtins lies in the heap, and ends with it.
enum { BUILTINS = 8 };

static void *cache[BUILTINS];

static void forget(void) {
	for (int i = 0; i < BUILTINS; i++)
		cache[i] = 0;
}

void *opa_builtin_cache_get(size_t i) { return i < BUILTINS ? cache[i] : 0; }

void opa_builtin_cache_set(size_t i, void *p) {
	if (i < BUILTINS)
		cache[i] = p;
}

#ifdef LISTS // which have no first free address: the memory's end stands for it, and stays

void genalloc_begin(unsigned base) {}
void genalloc_set(unsigned ptr) {}
WASM_EXPORT(opa_heap_ptr_get) unsigned opa_heap_ptr_get(void) { return opa_heap_top_get(); }

#else

void genalloc_begin(unsigned base);
void genalloc_set(unsigned ptr);

#endif

void opa_malloc_init(unsigned base) {
	genalloc_begin(base);
	forget();
}

void opa_malloc_init_test(void) { opa_malloc_init((unsigned)&__heap_base); }

WASM_EXPORT(opa_heap_ptr_set) void opa_heap_ptr_set(unsigned ptr) {
	genalloc_set(ptr);
	forget();
}

void opa_free_bulk_commit(void) {}
size_t opa_heap_free_blocks(void) { return 0; }
WASM_EXPORT(opa_heap_blocks_stash) void opa_heap_blocks_stash(void) {}
WASM_EXPORT(opa_heap_blocks_restore) void opa_heap_blocks_restore(void) {}
WASM_EXPORT(opa_heap_stash_clear) void opa_heap_stash_clear(void) {}
