// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	_ "embed"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/genalloc/genalloc/wasm"
)

// nodeVersion is the first version of node whose memories have 64-bit addresses without
// a flag.
const nodeVersion = 24

//go:embed node/runner.mjs
var nodeRunner string

// findNode returns the path of node, or says why there is none.
func findNode() (string, error) {
	wanted := fmt.Errorf("node %d or later is not on PATH: install it, for example with npm install node@%d", nodeVersion, nodeVersion)
	path, err := exec.LookPath("node")
	if err != nil {
		return "", wanted
	}
	version, err := exec.Command(path, "--version").Output()
	major, _, _ := strings.Cut(strings.TrimPrefix(string(version), "v"), ".")
	if n, _ := strconv.Atoi(major); err != nil || n < nodeVersion {
		return "", wanted
	}
	return path, nil
}

// HasNode reports whether there is a node that runs 64-bit memories.
func HasNode() bool {
	_, err := findNode()
	return err == nil
}

// nodeEngine is V8 in a process of node, which runs what is asked for over a pipe. One
// request is in flight at a time.
type nodeEngine struct {
	pipe *pipe
	busy sync.Mutex
}

// NewNode starts node. The error says that there is none.
func NewNode() (Engine, error) {
	path, err := findNode()
	if err != nil {
		return nil, err
	}
	p, err := startPipe(path, "--input-type=module", "--eval", nodeRunner)
	if err != nil {
		return nil, err
	}
	return &nodeEngine{pipe: p}, nil
}

func (e *nodeEngine) Name() string     { return Node }
func (e *nodeEngine) MaxPages() uint64 { return allPages }
func (e *nodeEngine) Close()           { e.pipe.close() }
func (e *nodeEngine) NewStore() Store  { return &nodeStore{engine: e, limit: noLimit} }

// ask makes a request outside of any call.
func (e *nodeEngine) ask(answer any, request ...any) error {
	e.busy.Lock()
	defer e.busy.Unlock()
	return e.pipe.ask(answer, nil, request...)
}

// Compile compiles the module with a limit in it: JavaScript cannot refuse a growth that
// the memory's type allows.
func (e *nodeEngine) Compile(file []byte) (Module, error) {
	var first, id int
	if err := e.ask(&first, "compile", file); err != nil {
		return nil, err
	}
	defer e.ask(nil, "drop", first)
	m, err := wasm.Decode(file)
	if err != nil {
		return nil, err
	}
	limited := limitGrowth(m)
	if file, err = m.Encode(); err != nil {
		return nil, err
	}
	if err := e.ask(&id, "compile", file); err != nil {
		return nil, err
	}
	return &nodeModule{e, id, m, limited}, nil
}

type nodeModule struct {
	engine  *nodeEngine
	id      int
	module  *wasm.Module
	limited bool // it has the global of limitGrowth
}

func (m *nodeModule) Close() { m.engine.ask(nil, "drop", m.id) }

type nodeStore struct {
	engine  *nodeEngine
	limit   uint64 // pages
	calling int    // calls that have not returned
	failed  error  // of the host function that stopped the call
	ids     []any  // of the instances
	limited []*nodeInstance
}

func (s *nodeStore) Engine() Engine { return s.engine }
func (s *nodeStore) Refuel(uint64)  {}
func (s *nodeStore) Burned() uint64 { return 0 }
func (s *nodeStore) Close()         { s.ask(nil, append([]any{"drop"}, s.ids...)...) }

func (s *nodeStore) Limit(pages uint64) {
	s.limit = min(pages, noLimit)
	for _, in := range s.limited {
		in.Global(limitName).Set(s.limit)
	}
}

// ask makes a request, perhaps while a call has led to a host function: then the engine
// is already this store's.
func (s *nodeStore) ask(answer any, request ...any) error {
	if s.calling > 0 {
		return s.engine.pipe.ask(answer, nil, request...)
	}
	return s.engine.ask(answer, request...)
}

// run makes a request that may lead to a host function, and words what stopped it.
func (s *nodeStore) run(answer any, host map[string]Func, request ...any) error {
	if s.calling == 0 {
		s.engine.busy.Lock()
		defer s.engine.busy.Unlock()
	}
	s.calling++
	s.failed = nil
	err := s.engine.pipe.ask(answer, func(name string, args []uint64) ([]uint64, error) {
		results, err := host[name].Call(args)
		if err != nil {
			s.failed = err
		}
		return results, err
	}, request...)
	s.calling--
	if s.failed != nil {
		return s.failed
	}
	return err
}

func (s *nodeStore) Instantiate(m Module, imports Imports) (Instance, error) {
	module := m.(*nodeModule)
	for _, l := range module.module.Memories {
		if l.Min > s.limit {
			return nil, errors.New("the memory starts larger than the limit")
		}
	}
	in := &nodeInstance{store: s, module: module.module, imports: imports, host: map[string]Func{}}
	ids := map[string]int{}
	for _, im := range module.module.Imports {
		from, ok := imports[im.Module].(*nodeInstance)
		if !ok {
			return nil, fmt.Errorf("import %s.%s: nobody supplies it", im.Module, im.Name)
		}
		ids[im.Module] = from.id
		for name, f := range from.host { // perhaps through modules of Provide
			in.host[name] = f
		}
	}
	if err := s.run(&in.id, in.host, "instantiate", module.id, ids); err != nil {
		return nil, err
	}
	s.ids = append(s.ids, in.id)
	if module.limited {
		s.limited = append(s.limited, in)
		in.Global(limitName).Set(s.limit)
	}
	return in, initialize(in)
}

func (s *nodeStore) Host(functions map[string]Func) (Instance, error) {
	type signature struct {
		Params  []string `json:"params"`
		Results []string `json:"results"`
	}
	list := map[string]signature{}
	for name, f := range functions {
		list[name] = signature{names(f.Type.Params), names(f.Type.Results)}
	}
	in := &nodeInstance{store: s, module: &wasm.Module{}, host: functions}
	err := s.ask(&in.id, "host", list)
	s.ids = append(s.ids, in.id)
	return in, err
}
