// SPDX-License-Identifier: MIT OR Apache-2.0

package inspect

import (
	"bytes"
	"fmt"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/genalloc/genalloc/internal/plain"
)

// Difference returns a unified diff from the file on disk to what would be
// generated, or nothing where they are the same bytes. Binary files are compared
// by their listings. Control characters in the files are escaped.
func Difference(path string, onDisk, generated []byte, binary bool) string {
	if bytes.Equal(onDisk, generated) {
		return ""
	}
	before, after := onDisk, generated
	if binary {
		before, after = listing(onDisk), listing(generated)
	}
	if d := diff.Diff(path, before, "generated", after); d != nil {
		return plain.Lines(string(d))
	}
	return fmt.Sprintf("%s: its listing is that of the generated module, but its globals, data or encoding differ\n", plain.Text(path))
}

func listing(b []byte) []byte {
	info, err := Module(b)
	if err != nil {
		return []byte(err.Error() + "\n")
	}
	var text bytes.Buffer
	info.WriteText(&text)
	info.WriteCode(&text)
	return text.Bytes()
}
