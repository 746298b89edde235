// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"

	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
)

// addContractFlags adds a flag for each of the contract's parameters.
func addContractFlags(f *pflag.FlagSet, c *contract.Contract) {
	for _, p := range contract.Flags {
		flag := f.VarPF(&contractValue{c, p}, p.Name, "", p.Usage)
		if p.Bool {
			flag.NoOptDefVal = "true"
		}
	}
}

// contractValue lets pflag set one parameter of a contract.
type contractValue struct {
	contract *contract.Contract
	flag     contract.Flag
}

func (v *contractValue) String() string {
	if v.contract == nil {
		return ""
	}
	return v.flag.Get(*v.contract)
}

func (v *contractValue) Set(s string) error {
	err := v.contract.Set(v.flag.Name, s)
	var flag *contract.FlagError
	if errors.As(err, &flag) {
		return flag.Unwrap() // pflag names the flag itself
	}
	return err
}

// Type returns one of pflag's names for types: refuseTwice and the shells'
// completion go by them.
func (v *contractValue) Type() string {
	switch {
	case v.flag.Bool:
		return "bool"
	case v.flag.List:
		return "stringArray"
	}
	return "string"
}
