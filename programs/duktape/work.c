// SPDX-License-Identifier: MIT OR Apache-2.0
// Runs the script that is its argument. The script must not throw: this libc lacks
// setjmp and longjmp, and Duktape has no other way.
#include <stdio.h>
#include <stdlib.h>

#include "duktape.h"

static duk_ret_t print(duk_context *ctx) {
	duk_push_string(ctx, " ");
	duk_insert(ctx, 0);
	duk_join(ctx, duk_get_top(ctx) - 1);
	printf("%s\n", duk_to_string(ctx, -1));
	return 0;
}

int main(int argc, char **argv) {
	static char script[1 << 16];
	FILE *f = argc < 2 ? NULL : fopen(argv[1], "r");
	duk_context *ctx = duk_create_heap_default();
	if (!f || !ctx)
		return 1;
	script[fread(script, 1, sizeof script - 1, f)] = 0;
	fclose(f);
	duk_push_c_function(ctx, print, DUK_VARARGS);
	duk_put_global_string(ctx, "print");
	duk_eval_string_noresult(ctx, script);
	duk_destroy_heap(ctx);
	return 0;
}
