// SPDX-License-Identifier: MIT OR Apache-2.0

package trace

import (
	"slices"
	"testing"
)

func TestLive(t *testing.T) {
	var l Live
	for i, step := range []struct {
		op    Op
		idle  bool
		ended []int
		bytes uint64
	}{
		{op: Op{Kind: Alloc, Size: 10}, bytes: 10},                  // 0
		{op: Op{Kind: Mark}, bytes: 10},                             // mark 0
		{op: Op{Kind: Zero, Size: 5, Align: 4}, bytes: 15},          // 1
		{op: Op{Kind: Mark}, bytes: 15},                             // mark 1
		{op: Op{Kind: Alloc, Size: 1}, bytes: 16},                   // 2
		{op: Op{Kind: Alloc, Size: 2}, bytes: 18},                   // 3
		{op: Op{Kind: Resize, Block: 0, Size: 100}, bytes: 108},     //
		{op: Op{Kind: Free, Block: 2}, bytes: 107, ended: []int{2}}, //
		{op: Op{Kind: Free, Block: 2}, bytes: 107, idle: true},
		{op: Op{Kind: Resize, Block: 2, Size: 9}, bytes: 107, idle: true},
		{op: Op{Kind: Release, Block: 0}, bytes: 100, ended: []int{1, 3}},
		{op: Op{Kind: Release, Block: 1}, bytes: 100, idle: true},
		{op: Op{Kind: Release, Block: 0}, bytes: 100, idle: true},
		{op: Op{Kind: Mark}, bytes: 100}, // mark 2
		{op: Op{Kind: Alloc, Size: 3}, bytes: 103},
		{op: Op{Kind: Release, Block: 2}, bytes: 100, ended: []int{4}},
		{op: Op{Kind: Grow, Size: 1}, bytes: 100},
		{op: Op{Kind: Reset}, bytes: 0, ended: []int{0}},
	} {
		idle := l.Idle(step.op)
		var ended []int
		for _, b := range l.Follow(step.op) {
			ended = append(ended, b.Number)
		}
		if idle != step.idle || !slices.Equal(ended, step.ended) || l.Bytes != step.bytes || l.Ops != i+1 {
			t.Errorf("%d: %+v: idle %v, ended %v, %d bytes", i, step.op, idle, ended, l.Bytes)
		}
	}
}
