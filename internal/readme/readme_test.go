// SPDX-License-Identifier: MIT OR Apache-2.0

package readme

import "testing"

func TestSplice(t *testing.T) {
	const document = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n<!-- y:begin -->\n<!-- y:end -->\n"
	tests := []struct{ section, content, want string }{
		{"x", "new\n", "a\n<!-- x:begin -->\nnew\n<!-- x:end -->\nb\n<!-- y:begin -->\n<!-- y:end -->\n"},
		{"y", "1\n2\n", "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n<!-- y:begin -->\n1\n2\n<!-- y:end -->\n"},
		{"x", "", "a\n<!-- x:begin -->\n<!-- x:end -->\nb\n<!-- y:begin -->\n<!-- y:end -->\n"},
	}
	for _, tt := range tests {
		got, err := Splice([]byte(document), tt.section, []byte(tt.content))
		if err != nil || string(got) != tt.want {
			t.Errorf("section %s: %q, %v: want %q", tt.section, got, err, tt.want)
		}
	}
}

func TestSpliceWithoutMarkers(t *testing.T) {
	for _, document := range []string{
		"",
		"<!-- x:begin -->\n",
		"<!-- x:end -->\n",
		"<!-- x:end -->\n<!-- x:begin -->\n",
		"<!-- y:begin -->\n<!-- y:end -->\n",
	} {
		if got, err := Splice([]byte(document), "x", []byte("new\n")); err == nil {
			t.Errorf("%q: got %q, want an error", document, got)
		}
	}
}
