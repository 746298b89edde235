// SPDX-License-Identifier: MIT OR Apache-2.0

package contract_test

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
)

func Example() {
	c, err := contract.Order{
		FixedAlign: 16,
		Functions:  []string{"dealloc", "alloc"},
		Export:     map[string]string{"alloc": "my_alloc"},
	}.Settle()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c)
	for _, f := range c.Signatures() {
		fmt.Println(f.Export, f.Role, f.Params, f.Results)
	}
	// Output:
	// --functions=alloc,dealloc --export=alloc=my_alloc --fixed-align=16
	// my_alloc allocates [{size i32 size}] [i32]
	// dealloc frees [{ptr i32 block} {size i32 old size}] []
}

func ExampleParse() {
	c, err := contract.Parse("--target=stylus --max-pages=128")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Target, c.MaxPages, c.Imports()[0].Name)
	// Output: stylus 128 pay_for_memory_grow
}

func ExampleOrder_Settle() {
	_, err := contract.Order{InitialPages: 8, MaxPages: 4}.Settle()
	fmt.Println(err)
	// Output: flag --max-pages: 4 is below --initial-pages 8: raise the one or lower the other
}

func ExampleSet() {
	var o contract.Order
	fmt.Println(contract.Set(&o, "grow", "chunk=0"))
	fmt.Println(contract.Set(&o, "grow", "chunk=16"), o.Grow)
	// Output:
	// flag --grow: chunk=0 is not a number of pages from 1 to 65535
	// <nil> chunk=16
}
