// SPDX-License-Identifier: MIT OR Apache-2.0

// What OPA's compiler makes of a policy, by hand: {"roles": […]} is allowed if one of the


#include "context.h"
#include "malloc.h"
#include "std.h"
#include "value.h"

extern unsigned char __heap_base;

// The compiler's module has the address behind its own data in place of __heap_base.
WASM_EXPORT(policy_start) void policy_start(void) { opa_malloc_init((unsigned)&__heap_base); }

// wasm-ld --wrap=eval puts this in the place of the eval that does nothing.
int32_t __wrap_eval(opa_eval_ctx_t *ctx) {
	opa_value *roles = opa_value_get(ctx->input, opa_string_terminated("roles")), *at = 0;
	opa_value *admin = opa_string_terminated("admin");
	bool allowed = false;
	while ((at = opa_value_iter(roles, at)))
		allowed |= opa_value_compare(opa_value_get(roles, at), admin) == 0;
	opa_value *result = opa_object();
	opa_object_insert(opa_cast_object(result), opa_string_terminated("result"), opa_boolean(allowed));
	ctx->result = opa_set();
	opa_set_add(opa_cast_set(ctx->result), result);
	return 0;
}
