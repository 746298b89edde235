// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

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
