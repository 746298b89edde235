// SPDX-License-Identifier: MIT OR Apache-2.0

// One thread allocates messages, another reads and frees them. Between them is a ring of
// pointers in the memory that they share.
#include <stdatomic.h>
#include "genalloc.h"

#define SLOTS 64

struct message {
	unsigned number, length;
	unsigned char bytes[];
};

static _Atomic(struct message *) ring[SLOTS];

// Each thread has its own, if the program says so: wasm-ld puts it where the thread's
// instance was told to.
static _Thread_local unsigned handled;

// wait sleeps while the slot holds what it held.
static void wait(_Atomic(struct message *) *slot, struct message *held) {
	__builtin_wasm_memory_atomic_wait32((int *)slot, (int)held, -1);
}

// put waits until the slot has room for m, or in get until it has a message.
static void put(_Atomic(struct message *) *slot, struct message *m) {
	for (struct message *held; (held = atomic_load(slot)) != 0;)
		wait(slot, held);
	atomic_store(slot, m);
	__builtin_wasm_memory_atomic_notify((int *)slot, 1);
}

static struct message *get(_Atomic(struct message *) *slot) {
	struct message *m;
	while ((m = atomic_load(slot)) == 0)
		wait(slot, 0);
	atomic_store(slot, 0);
	__builtin_wasm_memory_atomic_notify((int *)slot, 1);
	return m;
}

// produce sends n messages of 8 to 263 bytes and returns how many.
unsigned produce(unsigned n) {
	while (handled < n) {
		unsigned length = handled * 37 % 256;
		struct message *m = alloc(sizeof *m + length, _Alignof(struct message));
		if (m == 0)
			break;
		m->number = handled;
		m->length = length;
		for (unsigned i = 0; i < length; i++)
			m->bytes[i] = handled + i;
		put(&ring[handled++ % SLOTS], m);
	}
	return handled;
}

// consume takes n messages and returns how many are what was sent.
unsigned consume(unsigned n) {
	unsigned right = 0;
	for (; handled < n; handled++) {
		struct message *m = get(&ring[handled % SLOTS]);
		unsigned good = m->number == handled && m->length == handled * 37 % 256;
		for (unsigned i = 0; i < m->length; i++)
			good &= m->bytes[i] == (unsigned char)(handled + i);
		right += good;
		dealloc(m, sizeof *m + m->length, _Alignof(struct message));
	}
	return right;
}

// memory returns a thread's stack and its thread-local variables.
void *memory(unsigned size, unsigned align) { return alloc(size, align); }
