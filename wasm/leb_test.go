// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import (
	"fmt"
	"math"
	"testing"
)

func TestULEB(t *testing.T) {
	for _, tt := range []struct {
		v    uint64
		want string
	}{
		{0, "00"}, {1, "01"}, {127, "7f"}, {128, "80 01"}, {624485, "e5 8e 26"},
		{math.MaxUint32, "ff ff ff ff 0f"}, {math.MaxUint64, "ff ff ff ff ff ff ff ff ff 01"},
	} {
		b := AppendULEB(nil, tt.v)
		if got := fmt.Sprintf("% x", b); got != tt.want {
			t.Errorf("%d: got %s, want %s", tt.v, got, tt.want)
		}
		checkULEB(t, b, tt.v)
		checkULEB(t, AppendLEBPadded(nil, tt.v, PaddedLen64), tt.v)
		if tt.v <= math.MaxUint32 {
			checkULEB(t, AppendLEBPadded(nil, tt.v, PaddedLen32), tt.v)
		}
	}
	if got := fmt.Sprintf("% x", AppendLEBPadded(nil, 1024, 5)); got != "80 88 80 80 00" {
		t.Errorf("1024 padded: got %s", got)
	}
}

func TestSLEB(t *testing.T) {
	for _, tt := range []struct {
		v    int64
		want string
	}{
		{0, "00"}, {63, "3f"}, {64, "c0 00"}, {-1, "7f"}, {-64, "40"}, {-65, "bf 7f"}, {-123456, "c0 bb 78"},
		{math.MaxInt32, "ff ff ff ff 07"}, {math.MinInt32, "80 80 80 80 78"},
		{math.MaxInt64, "ff ff ff ff ff ff ff ff ff 00"}, {math.MinInt64, "80 80 80 80 80 80 80 80 80 7f"},
	} {
		b := AppendSLEB(nil, tt.v)
		if got := fmt.Sprintf("% x", b); got != tt.want {
			t.Errorf("%d: got %s, want %s", tt.v, got, tt.want)
		}
		checkSLEB(t, b, tt.v)
		checkSLEB(t, AppendLEBPadded(nil, tt.v, PaddedLen64), tt.v)
		if tt.v == int64(int32(tt.v)) {
			checkSLEB(t, AppendLEBPadded(nil, tt.v, PaddedLen32), tt.v)
		}
	}
	if got := fmt.Sprintf("% x", AppendLEBPadded(nil, -5, 5)); got != "fb ff ff ff 7f" {
		t.Errorf("-5 padded: got %s", got)
	}
}

// checkULEB reads b at every width that its length allows.
func checkULEB(t *testing.T, b []byte, want uint64) {
	t.Helper()
	for _, bits := range []uint{32, 64} {
		if len(b) > PaddedLen32 && bits == 32 {
			continue
		}
		r := &Reader{buf: b, fn: -1}
		if got := r.uleb(bits); got != want || r.err != nil || r.More() {
			t.Errorf("% x as u%d: got %d, %v; want %d", b, bits, got, r.err, want)
		}
	}
}

func checkSLEB(t *testing.T, b []byte, want int64) {
	t.Helper()
	for _, bits := range []uint{32, 33, 64} {
		if len(b) > PaddedLen32 && bits < 64 || bits < 64 && want != int64(int32(want)) {
			continue
		}
		r := &Reader{buf: b, fn: -1}
		if got := r.sleb(bits); got != want || r.err != nil || r.More() {
			t.Errorf("% x as s%d: got %d, %v; want %d", b, bits, got, r.err, want)
		}
	}
}
