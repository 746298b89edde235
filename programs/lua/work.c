// SPDX-License-Identifier: MIT OR Apache-2.0
// Runs the script that is its argument.
#include <stdio.h>

#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"
#include "try.h"

void run_body(void *body) {
	struct body *b = body;
	b->f(b->L, b->ud);
}

// The host calls f(argument) through this.
__attribute__((export_name("call"))) void call(void (*f)(void *), void *argument) { f(argument); }

int main(int argc, char **argv) {
	lua_State *L = luaL_newstate();
	if (!L)
		return 1;
	luaL_openlibs(L);
	if (argc < 2 || luaL_dofile(L, argv[1]) != LUA_OK) {
		printf("%s\n", argc < 2 ? "no script" : lua_tostring(L, -1));
		return 1;
	}
	lua_close(L);
	return 0;
}
