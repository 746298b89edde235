// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

// listsConfigurations leave free blocks whole, in small modules with one class and two
// classes in each doubling.
var listsConfigurations = []Configuration{
	{"lists-whole", "--strategy=lists --split=false --classes=1 --optimize=gas --functions=-alloc_zeroed,-realloc"},
	{"lists-realloc", "--strategy=lists --split=false --classes=2 --fixed-align=8 --functions=-alloc_zeroed"},
}
