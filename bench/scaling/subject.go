// SPDX-License-Identifier: MIT OR Apache-2.0

package scaling

import (
	_ "embed"
	"strings"
	"text/template"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/engine"
)

// MaxPages is the maximum of the shared memories: 1 GiB, most of which nobody touches.
const MaxPages = 16384

//go:embed driver.wat.tmpl
var driverText string

var driver = template.Must(template.New("driver").Parse(driverText))

// A Subject is something that threads do in a loop.
type Subject struct {
	Name string
	// Alloc and Free are exports of the allocator, and Size what they take beside the
	// block: its size, and the alignment where that is an argument. Without Free blocks
	// are neither touched nor given back, and without Alloc the loop only computes.
	Alloc, Free string
	Size        []int
	Pages       uint64 // that the memory starts with

	// add makes a thread's instance of the allocator over the memory of env.
	add func(s engine.Store, env engine.Instance, thread int) (engine.Instance, error)
}

// Control is a loop that only computes.
var Control = Subject{Name: "a loop that only computes", Pages: 1}

// Generated returns a subject of the generator's. Its blocks are given back where the
// strategy reuses memory.
func Generated(flags string) (Subject, error) {
	c, err := contract.Parse(flags)
	if err != nil {
		return Subject{}, err
	}
	file, err := emitter.Emit(c)
	if err != nil {
		return Subject{}, err
	}
	allocates, _ := c.Function(contract.Allocates)
	s := Subject{Name: "`genalloc " + flags + "`", Alloc: allocates.Export, Size: []int{24, 8}, Pages: 1}
	if c.Reuse() != contract.ReusesNothing {
		frees, _ := c.Function(contract.Frees)
		s.Free = frees.Export
	}
	s.add = func(store engine.Store, env engine.Instance, _ int) (engine.Instance, error) {
		return engine.Instantiate(store, file, engine.Imports{"env": env})
	}
	return s, nil
}

// text returns the driver's text.
func (s Subject) text() string {
	var b strings.Builder
	if err := driver.Execute(&b, struct {
		Subject
		MaxPages int
	}{s, MaxPages}); err != nil {
		panic(err) // the template and the subject are ours
	}
	return b.String()
}

// Flags are those of the generator's subjects: blocks that are not touched, and pairs.
var Flags = []string{"--threads", "--threads --heap-base=1024 --strategy=" + string(contract.LongRunning)}
