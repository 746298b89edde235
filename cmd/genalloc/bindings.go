// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// newBindings returns the verb that writes bindings of a module or object that there is.
func newBindings(s streams) *cobra.Command {
	var order contract.Order
	var inline bool
	c := &cobra.Command{
		Use: "bindings LIST FILE",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("bindings: name languages and a file, as in genalloc bindings c,rust genalloc.o")
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return words(bindings.Languages), cobra.ShellCompDirectiveNoFileComp
			}
			return []string{"o", "wasm"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(c *cobra.Command, args []string) error {
			var list languages
			if err := list.Set(args[0]); err != nil {
				return fmt.Errorf("bindings: %w", err)
			}
			x, err := readModule(args[1], s)
			switch {
			case errors.Is(err, errNotLinked) && x.module != nil:
				err = x.link(c.Flags(), order)
			case err == nil:
				err = x.settle(c.Flags(), order)
			}
			if err != nil {
				return err
			}
			return x.bind(list, args[1], inline)
		},
	}
	c.Flags().BoolVar(&inline, "inline", false, "")
	addContractFlags(c, &order)
	return c
}

// bind writes bindings beside the file, once all are made.
func (x *subject) bind(list languages, path string, inline bool) error {
	write := bindings.Write
	if inline {
		write = bindings.Inline
	}
	if err := x.matches(inline); err != nil {
		return err
	}
	var all []output
	for _, language := range list {
		written, err := write(language, x.contract, filepath.Base(path))
		if err != nil {
			return err
		}
		for _, f := range written {
			out, err := settle("bindings", filepath.Join(filepath.Dir(path), f.Name), false)
			if err != nil {
				return err
			}
			out.content = f.Content
			all = append(all, out)
		}
	}
	for _, out := range all {
		if err := out.write(nil); err != nil {
			return err
		}
	}
	return nil
}

// matches refuses a file that lacks what the bindings would name.
func (x *subject) matches(inline bool) error {
	var names []string
	for _, e := range x.module.Exports {
		if e.Kind == wasm.KindFunc {
			names = append(names, e.Name)
		}
	}
	for _, f := range x.contract.Signatures() {
		if !slices.Contains(names, f.Export) {
			return wrong(fmt.Errorf("%s has no function %s: give the flags that it was made with", x.name, f.Export))
		}
	}
	if !inline || !x.contract.HeapBase.Linker {
		return nil
	}
	info, err := object.Inspect(x.file)
	if err != nil || len(info.SharedState()) == 0 {
		return wrong(fmt.Errorf("%s does not show its state: make it with --inline", x.name))
	}
	return nil
}
