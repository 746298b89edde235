// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
)

// addContractFlags adds a flag for each of the contract's parameters.
func addContractFlags(f *pflag.FlagSet, o *contract.Order) {
	for _, p := range contract.Flags {
		flag := f.VarPF(&orderValue{o, p}, p.Name, "", p.Usage)
		if p.Bool {
			flag.NoOptDefVal = "true"
		}
	}
}

// orderValue lets pflag set one parameter of an order.
type orderValue struct {
	order *contract.Order
	flag  contract.Flag
}

func (v *orderValue) String() string {
	if v.order == nil {
		return ""
	}
	return v.flag.Get(*v.order)
}

func (v *orderValue) Set(s string) error { return v.flag.Set(v.order, s) }

// Type returns one of pflag's names for types: refuseTwice and the shells'
// completion go by them.
func (v *orderValue) Type() string {
	switch {
	case v.flag.Bool:
		return "bool"
	case v.flag.List:
		return "stringArray"
	}
	return "string"
}
