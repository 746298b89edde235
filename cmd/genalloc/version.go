// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"cmp"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is the version of a build for a release, whose linker sets it.
var release string

// newVersion returns the verb that prints the version.
func newVersion(s streams) *cobra.Command {
	return &cobra.Command{
		Use:  "version",
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			return s.print([]byte(version(debug.ReadBuildInfo()) + "\n"))
		},
	}
}

// version returns the release, or what the Go tool recorded: the module's version, the revision
// where it was built in a checkout, and the version of the engine.
func version(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return "genalloc, built without module support"
	}
	text := "genalloc " + cmp.Or(release, info.Main.Version)
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			text += " " + s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			text += " (modified)"
		}
	}
	text += " " + info.GoVersion
	for _, d := range info.Deps {
		if d.Path == "github.com/bytecodealliance/wasmtime-go/v39" {
			text += " wasmtime " + d.Version
		}
	}
	return text
}
