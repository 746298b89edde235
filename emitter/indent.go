// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import "strings"

// indent sets every line in by two spaces for each parenthesis that is open at
// its start, so that the blocks need not know where they are put, and leaves at
// most one empty line between others.
func indent(text string) string {
	var b strings.Builder
	depth, empty := 0, true
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			empty = true
			continue
		}
		if empty && b.Len() > 0 {
			b.WriteByte('\n')
		}
		empty = false
		opens, closed := nesting(line)
		b.WriteString(strings.Repeat("  ", depth-closed))
		b.WriteString(line)
		b.WriteByte('\n')
		depth += opens
	}
	return b.String()
}

// nesting returns by how much a line of WAT changes the depth, and how many of
// its parentheses close what earlier lines opened before it opens any itself.
// Those in strings and comments do not count.
func nesting(line string) (change, closed int) {
	inString := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == ';' && i+1 < len(line) && line[i+1] == ';':
			return change, closed
		case c == '(':
			change++
		case c == ')':
			change--
			if i == closed {
				closed++
			}
		}
	}
	return change, closed
}
