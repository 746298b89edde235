// SPDX-License-Identifier: MIT OR Apache-2.0

package contract_test

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
)

func Example() {
	c := contract.Default()
	c.FixedAlign = 16
	c.Functions = []string{"dealloc", "alloc"}
	c.Export["alloc"] = "my_alloc"
	if err := c.Validate(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c)
	for _, f := range c.Signatures() {
		fmt.Println(f.Export, f.Params, f.Results)
	}
	// Output:
	// --functions=alloc,dealloc --export=alloc=my_alloc --fixed-align=16
	// my_alloc [{size i32}] [i32]
	// dealloc [{ptr i32} {size i32}] []
}

func ExampleParse() {
	c, err := contract.Parse("--target=stylus --max-pages=128")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Target, c.MaxPages, c.Imports())
	// Output: stylus 128 [{vm_hooks pay_for_memory_grow func}]
}

func ExampleContract_Validate() {
	c := contract.Default()
	c.InitialPages, c.MaxPages = 8, 4
	fmt.Println(c.Validate())
	// Output: flag --max-pages: 4 is below --initial-pages 8: raise the one or lower the other
}

func ExampleContract_Set() {
	c := contract.Default()
	fmt.Println(c.Set("grow", "chunk=0"))
	fmt.Println(c.Set("grow", "chunk=16"), c.Grow)
	// Output:
	// flag --grow: chunk=0 is not a number of pages from 1 to 65535
	// <nil> chunk=16
}
