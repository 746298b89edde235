// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
)

// refuse says what is wrong with a flag, and the way out.
func refuse(flag, format string, args ...any) error {
	return &contract.FlagError{Flag: flag, Err: fmt.Errorf(format, args...)}
}

// A fileName is the value of a flag that names a file.
type fileName string

func (n *fileName) String() string { return string(*n) }
func (n *fileName) Type() string   { return "file" }

func (n *fileName) Set(s string) error {
	if s == "" {
		return errors.New("the name is empty: give one")
	}
	*n = fileName(s)
	return nil
}

// addContractFlags adds a flag for each of the contract's parameters.
func addContractFlags(c *cobra.Command, order *contract.Order) {
	c.Flags().SortFlags = false
	for _, p := range contract.Flags {
		flag := c.Flags().VarPF(&orderValue{order, p}, p.Name, "", "")
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

// Type returns one of pflag's names for types, which tell whether a flag may be
// repeated.
func (v *orderValue) Type() string {
	switch {
	case v.flag.Bool:
		return "bool"
	case v.flag.List:
		return "stringArray"
	}
	return "string"
}

// eachFlag calls the function for every flag of the command and of its verbs.
func eachFlag(c *cobra.Command, f func(*cobra.Command, *pflag.Flag)) {
	c.Flags().VisitAll(func(flag *pflag.Flag) { f(c, flag) })
	for _, verb := range c.Commands() {
		eachFlag(verb, f)
	}
}

// refuseRepeated makes every flag but lists refuse a second value that differs from
// the first: pflag would silently take the last one.
func refuseRepeated(_ *cobra.Command, f *pflag.Flag) {
	if t := f.Value.Type(); !strings.HasSuffix(t, "Slice") && !strings.HasSuffix(t, "Array") {
		f.Value = &single{Value: f.Value}
	}
}

// A single is a value that is given once, or several times alike.
type single struct {
	pflag.Value
	given bool
}

func (v *single) Set(s string) error {
	before := v.String()
	if err := v.Value.Set(s); err != nil {
		return err
	}
	if v.given && v.String() != before {
		return fmt.Errorf("given twice, as %q and as %q: keep one", before, v.String())
	}
	v.given = true
	return nil
}

// languages is the value of --bindings: a list, each once.
type languages []bindings.Language

func (l *languages) String() string { return strings.Join(words(*l), ",") }

// Type returns one of pflag's names for types.
func (l *languages) Type() string { return "string" }

// Set reads a comma-separated list.
func (l *languages) Set(s string) error {
	*l = nil
	for _, name := range strings.Split(s, ",") {
		var one bindings.Language
		if err := contract.OneOf(&one, name, bindings.Languages...); err != nil {
			return err
		}
		if slices.Contains(*l, one) {
			return fmt.Errorf("%s is named twice: name it once", one)
		}
		*l = append(*l, one)
	}
	return nil
}
