// SPDX-License-Identifier: MIT OR Apache-2.0

package inspect_test

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/inspect"
)

// A module says how to make it again.
func ExampleModule() {
	c, err := contract.Parse("--functions=alloc,dealloc --fixed-align=8")
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := emitter.Emit(c)
	if err != nil {
		fmt.Println(err)
		return
	}
	info, err := inspect.Module(b)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("genalloc", *info.Contract)
	for _, e := range info.Exports {
		fmt.Println(e.Name, e.Kind, e.Type)
	}
	// Output:
	// genalloc --functions=alloc,dealloc --fixed-align=8
	// memory memory 1 page
	// alloc func (i32) -> (i32)
	// dealloc func (i32 i32) -> ()
}
