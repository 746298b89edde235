// SPDX-License-Identifier: MIT OR Apache-2.0

// A program over the functions of C. run returns 0, or the number of the line
// whose expectation does not hold.

typedef __SIZE_TYPE__ size_t;

void *malloc(size_t);
void free(void *);
void *calloc(size_t, size_t);
void *realloc(void *, size_t);
void *aligned_alloc(size_t, size_t);
int posix_memalign(void **, size_t, size_t);
size_t malloc_usable_size(void *);
void *__libc_malloc(size_t);
void __libc_free(void *);
void *__libc_calloc(size_t, size_t);

extern unsigned char __heap_base;

// HALF times itself is 2^32, or 2^64.
#define HALF ((size_t)1 << sizeof(size_t) * 4)

#define EXPECT(condition) \
	if (!(condition)) \
	return __LINE__

// allocate returns the first expectation of a fresh block that does not hold.
static int allocate(void) {
	unsigned char *p = malloc(10);
	EXPECT(p > &__heap_base && (size_t)p % 16 == 0);
	EXPECT(malloc_usable_size(p) >= 10);
	EXPECT(malloc_usable_size(0) == 0);
	unsigned char *q = __libc_malloc(0);
	EXPECT(q >= p + 10);
	free(0);
	__libc_free(q);

	unsigned char *zeroed = calloc(300, 1000);
	EXPECT(zeroed);
	for (size_t i = 0; i < 300 * 1000; i++)
		EXPECT(zeroed[i] == 0);
	EXPECT(calloc(HALF, HALF) == 0);
	EXPECT(calloc(-1, 2) == 0);
	EXPECT(__libc_calloc(7, 9));
	EXPECT(malloc(-1) == 0);
	EXPECT(malloc(-16) == 0);
	EXPECT(malloc(-17) == 0);
	free(zeroed);
	return 0;
}

static int resize(void) {
	unsigned char *p = realloc(0, 10);
	EXPECT(p);
	for (size_t i = 0; i < 10; i++)
		p[i] = i;
	EXPECT(realloc(p, -8) == 0);
	unsigned char *other = malloc(1);
	*other = 42;
	for (size_t n = 11; n < 300000; n += n / 2) {
		p = realloc(p, n);
		EXPECT(p && (size_t)p % 16 == 0 && malloc_usable_size(p) >= n);
		p[n - 1] = 1;
		for (size_t i = 0; i < 10; i++)
			EXPECT(p[i] == i);
	}
	p = realloc(p, 5);
	for (size_t i = 0; i < 5; i++)
		EXPECT(p[i] == i);
	EXPECT(*other == 42);
	return 0;
}

static int align(void) {
	for (size_t a = 1; a <= 65536; a *= 2) {
		unsigned char *p = aligned_alloc(a, 100);
		EXPECT(p && (size_t)p % a == 0 && malloc_usable_size(p) >= 100);
		p[99] = 7;
		p = realloc(p, 1000);
		EXPECT(p && p[99] == 7);
	}
	EXPECT(aligned_alloc(0, 8) == 0);
	EXPECT(aligned_alloc(24, 8) == 0);
	EXPECT(aligned_alloc(16, -16) == 0);

	void *out = &out;
	EXPECT(posix_memalign(&out, 24, 8) == 28); // EINVAL
	EXPECT(posix_memalign(&out, sizeof out / 2, 8) == 28);
	EXPECT(posix_memalign(&out, 0, 8) == 28);
	EXPECT(posix_memalign(&out, 64, -256) == 48); // ENOMEM
	EXPECT(out == &out);
	EXPECT(posix_memalign(&out, 256, 8) == 0);
	EXPECT((size_t)out % 256 == 0);
	return 0;
}

int run(void) {
	int line = allocate();
	if (!line)
		line = resize();
	if (!line)
		line = align();
	return line;
}
