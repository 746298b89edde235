// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/bindings"
)

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
		if err := one.UnmarshalText([]byte(name)); err != nil {
			return err
		}
		if slices.Contains(*l, one) {
			return fmt.Errorf("%s is named twice: name it once", one)
		}
		*l = append(*l, one)
	}
	return nil
}
