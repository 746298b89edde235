// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

// stackConfigurations take the newest block back. Some leave alloc_zeroed out, because
// the code that tells used bytes from fresh ones is mutated in the first.
var stackConfigurations = []Configuration{
	{"stack", "--strategy=stack"},
	{"stack-dirty", "--strategy=stack --dirty --optimize=size"},
	{"stack-trap", "--strategy=stack --oom=trap --optimize=gas --fixed-align=8 --functions=-alloc_zeroed"},
	{"stack-arena", "--strategy=stack --abi=core,arena --heap-base=import:env.__heap_base --min-align=8 --functions=-alloc_zeroed"},
	{"stack-wide", "--strategy=stack --memory64 --functions=-alloc_zeroed"},
}
