// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"fmt"
	"slices"
)

// A growth is what a module told of one: the index of the memory, and its pages at the
// time; 0 where the judge cannot know them yet, since the module starts.
type growth struct{ memory, pages uint64 }

// grown is the host's function of --on-grow.
func (in *instance) grown(args []uint64) ([]uint64, error) {
	g := growth{memory: args[0]}
	if in.Memory != nil {
		g.pages = in.Pages()
	}
	in.told = append(in.told, g)
	return nil, nil
}

// judgeTold judges what a call told of growth, by the memory's pages around it. A call
// grows the memory once at the most.
func (s *Session) judgeTold(before, after uint64) {
	if s.Contract.OnGrow == "" {
		return
	}
	var want []growth
	if before != after {
		want = []growth{{0, after}}
	}
	told := s.in.told
	for i := range told {
		if told[i].pages == 0 {
			told[i].pages = after
		}
	}
	if !slices.Equal(told, want) {
		s.Fail("on-grow", "to be told of "+tales(want)+", after a call that took the memory from "+fmt.Sprint(before, " to ", after, " pages"), "%s", tales(told))
	}
}

// tales words a list of growths.
func tales(list []growth) string {
	if len(list) == 0 {
		return "no growth"
	}
	text := ""
	for i, g := range list {
		if i > 0 {
			text += " and "
		}
		text += fmt.Sprintf("a growth of memory %d to %d pages", g.memory, g.pages)
	}
	return text
}
