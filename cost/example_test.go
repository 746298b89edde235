// SPDX-License-Identifier: MIT OR Apache-2.0

package cost_test

import (
	"fmt"

	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/internal/engine"
)

// A bump allocator without any checks: the floor under every alloc.
func Example() {
	module, err := engine.Assemble(`(module
		(global $next (mut i32) (i32.const 1024))
		(func (export "alloc") (param $size i32) (result i32)
			global.get $next
			global.get $next
			local.get $size
			i32.add
			global.set $next))`)
	if err != nil {
		fmt.Println(err)
		return
	}
	meter, err := cost.New(module, cost.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer meter.Close()
	for range 2 {
		results, c, err := meter.Call("alloc", 16)
		fmt.Println(results, c.Fuel, c.Ink, err)
	}
	// Output:
	// [1024] 6 3621 <nil>
	// [1040] 6 3621 <nil>
}
