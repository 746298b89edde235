// SPDX-License-Identifier: MIT OR Apache-2.0

// Package readme replaces the generated sections of a document. A section stands
// between <!-- NAME:begin --> and <!-- NAME:end -->, each on a line of its own.
package readme

import (
	"bytes"
	"fmt"
)

// Splice returns the document with content, which ends in a newline, as its section
// of that name. It fails where the markers are missing.
func Splice(document []byte, section string, content []byte) ([]byte, error) {
	begin := fmt.Appendf(nil, "<!-- %s:begin -->\n", section)
	end := fmt.Appendf(nil, "<!-- %s:end -->\n", section)
	before, rest, opened := bytes.Cut(document, begin)
	_, after, closed := bytes.Cut(rest, end)
	if !opened || !closed {
		return nil, fmt.Errorf("section %s not found: put the lines <!-- %s:begin --> and <!-- %s:end --> where it belongs", section, section, section)
	}
	return bytes.Join([][]byte{before, begin, content, end, after}, nil), nil
}
