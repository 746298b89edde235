// SPDX-License-Identifier: MIT OR Apache-2.0

package plain

import "testing"

func TestEscape(t *testing.T) {
	for _, tt := range []struct{ in, text, ascii string }{
		{"", "", ""},
		{`'a'\''b' "c"`, `'a'\''b' "c"`, `'a'\''b' "c"`},
		{"a\nb\x1b[31m", `a\nb\x1b[31m`, `a\nb\x1b[31m`},
		{"two\nlines\r", `two\nlines\r`, `two\nlines\r`},
		{"\u009b1m", `\u009b1m`, `\u009b1m`},
		{"é\u202e\x00", `é\u202e\x00`, `\u00e9\u202e\x00`},
		{"\xff\ufffd", `\xff` + "\ufffd", `\xff\ufffd`},
	} {
		if got := Text(tt.in); got != tt.text {
			t.Errorf("Text(%q) is %s, want %s", tt.in, got, tt.text)
		}
		if got := ASCII(tt.in); got != tt.ascii {
			t.Errorf("ASCII(%q) is %s, want %s", tt.in, got, tt.ascii)
		}
	}
}

func TestLines(t *testing.T) {
	if got, want := Lines("a\tb\n\x1bc\n"), "a\tb\n\\x1bc\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
