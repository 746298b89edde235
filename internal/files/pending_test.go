// SPDX-License-Identifier: MIT OR Apache-2.0

package files

import (
	"os"
	"path/filepath"
	"testing"
)

// TestPending: the old content stays until the new one is committed, with the old
// permissions, and nothing else is left in the directory.
func TestPending(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	expect := func(want string) {
		t.Helper()
		if b, err := os.ReadFile(path); string(b) != want || err != nil {
			t.Errorf("the file has %q, error %v, want %q", b, err, want)
		}
	}
	for _, end := range []struct {
		name string
		end  func(*Pending) error
		want string
	}{{"Discard", (*Pending).Discard, "old"}, {"Commit", (*Pending).Commit, "new"}} {
		p, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.WriteString("new"); err != nil {
			t.Fatal(err)
		}
		expect("old")
		if err := end.end(p); err != nil {
			t.Errorf("%s: %v", end.name, err)
		}
		expect(end.want)
		if err := p.Discard(); err != nil {
			t.Errorf("Discard after %s: %v", end.name, err)
		}
		expect(end.want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the file has the mode %v, error %v", info.Mode(), err)
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("the directory has %v, error %v", list, err)
	}
	if err := Write(filepath.Join(path, "below a file"), nil); err == nil {
		t.Error("a file below a file is written")
	}
}
