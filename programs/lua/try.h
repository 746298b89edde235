// SPDX-License-Identifier: MIT OR Apache-2.0
// In front of every file of Lua's. Its errors do without setjmp, which this libc lacks: the host calls back into the
// program, and a throw stops that inner call.
#pragma once
#include <stdio.h>
#include <stdlib.h>

__attribute__((import_module("host"), import_name("try"))) void host_try(void (*f)(void *), void *argument);
__attribute__((import_module("host"), import_name("throw"), noreturn)) void host_throw(void);

struct lua_State;
struct body {
	void (*f)(struct lua_State *L, void *ud);
	struct lua_State *L;
	void *ud;
};
void run_body(void *body);

// Lua's Pfunc and its user data are names in scope where it uses LUAI_TRY.
#define LUAI_TRY(L, c, a) host_try(run_body, &(struct body){f, L, ud})
#define LUAI_THROW(L, c) host_throw()
#define luai_jmpbuf int

// What else this libc lacks: other programs, and files without a name.
#define system(command) (-1)
#define tmpfile() NULL
#define LUA_TMPNAMBUFSIZE 1
#define lua_tmpnam(buffer, failed) ((failed) = 1)
