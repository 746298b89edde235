// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import "fmt"

// listsConfigurations has every number of classes with every value of --split and of
// --optimize; under lists, gas makes the code of balanced. Realloc is mutated in one of the
// modules. Regions of several pages need more of the code than those within a page.
func listsConfigurations() []Configuration {
	list := []Configuration{
		{"lists-realloc", "--strategy=lists --split=false --classes=2 --fixed-align=8 --functions=-alloc_zeroed"},
		{"lists-c", "--strategy=lists --abi=c --join=false --classes=2 --functions=-calloc,-realloc,-aligned_alloc,-malloc_usable_size,-posix_memalign"},
	}
	for _, classes := range []int{1, 2, 4, 8} {
		for _, optimize := range []string{"balanced", "size"} {
			flags := fmt.Sprintf("--strategy=lists --classes=%d --optimize=%s --functions=-alloc_zeroed,-realloc", classes, optimize)
			list = append(list,
				Configuration{fmt.Sprintf("lists-%d-%s", classes, optimize), flags + " --initial-pages=3"},
				Configuration{fmt.Sprintf("lists-whole-%d-%s", classes, optimize), flags + " --split=false"},
			)
		}
	}
	return list
}
