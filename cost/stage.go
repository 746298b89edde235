// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"errors"
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
)

// walker meters scenes of one module.
type walker struct {
	module   []byte
	contract contract.Contract
	fuelOnly bool
}

// walk meters one scene on a fresh instance.
func (w *walker) walk(f contract.Function, sc scene) (Path, error) {
	path := Path{Function: f.Name, Path: sc.name}
	meter, err := New(w.module, Config{Host: Host(w.module, w.contract), FuelOnly: w.fuelOnly})
	if err != nil {
		return path, err
	}
	defer meter.Close()
	s := &stage{meter: meter, contract: w.contract}
	if s.memory() == nil {
		return path, fmt.Errorf("memory %q not found: name it with --memory-name", w.contract.MemoryName)
	}
	var cannot *absence
	if err := sc.setup(s); errors.As(err, &cannot) {
		path.Absent = cannot.reason
		return path, nil
	} else if err != nil {
		return path, fmt.Errorf("path %q: %w", path.Path, err)
	}
	r := sc.call(s)
	path.Call = fmt.Sprintf("%s(%s)", f.Name, strings.Join(r.words(f), ", "))
	out, cost, err := s.perform(f, r)
	if err != nil {
		return path, fmt.Errorf("path %q: %w", path.Path, err)
	}
	if path.Absent = sc.want(out); path.Absent == "" {
		path.Figures = figures(cost, w.fuelOnly)
	}
	return path, nil
}

// stage is a fresh instance that a scene sets up.
type stage struct {
	meter    *Meter
	contract contract.Contract
	blocks   []uint64 // small ones, oldest first
	last     uint64   // the last mark
}

// An absence says why a scene cannot be set up for a module.
type absence struct{ reason string }

func (a *absence) Error() string { return a.reason }

// make allocates n small blocks, by whichever function the contract has.
func (s *stage) make(n int) error {
	f, err := s.maker()
	if err != nil {
		return err
	}
	for range n {
		out, _, err := s.perform(f, request{size: small})
		if err != nil {
			return err
		}
		if reason := granted(out); reason != "" {
			return &absence{reason}
		}
		s.blocks = append(s.blocks, out.result)
	}
	return nil
}

// free gives the newest block back.
func (s *stage) free() error {
	_, err := s.use(contract.Frees, newest(0)(s))
	return err
}

func (s *stage) mark() error {
	out, err := s.use(contract.Marks, request{})
	if err == nil {
		s.last = out.result
	}
	return err
}

// use performs the request with the function that has the role.
func (s *stage) use(r contract.Role, x request) (*outcome, error) {
	f, ok := s.contract.Function(r)
	if !ok {
		return nil, &absence{fmt.Sprintf("the module has no function that %s", r)}
	}
	out, _, err := s.perform(f, x)
	return out, err
}

// maker returns the contract's function that makes blocks and returns them.
func (s *stage) maker() (contract.Function, error) {
	for _, f := range s.contract.Signatures() {
		if f.Result == contract.BlockResult && (f.Role == contract.Allocates || f.Role == contract.AllocatesZeroed) {
			return f, nil
		}
	}
	return contract.Function{}, &absence{"the module has no function that makes a block"}
}

func (s *stage) limit() error {
	s.meter.Limit(s.memory().Pages())
	return nil
}

func (s *stage) grow() error {
	if !s.meter.Grow(s.contract.MemoryName, 1) {
		return &absence{"the memory cannot grow"}
	}
	return nil
}

// memory is the allocator's; nil if there is none of the contract's name.
func (s *stage) memory() engine.Memory {
	instance, _ := s.meter.Instance()
	return instance.Memory(s.contract.MemoryName)
}

// perform calls f and says what came of it. A trap is an outcome; the error is
// about calls that cannot be made.
func (s *stage) perform(f contract.Function, r request) (*outcome, Cost, error) {
	out := &outcome{request: r, before: s.memory().Pages()}
	results, cost, err := s.meter.Call(f.Export, r.values(f)...)
	var trap engine.Trap
	switch {
	case errors.As(err, &trap) && trap != engine.Endless:
		out.trapped = true
	case err != nil:
		return nil, cost, err
	case len(results) > 0:
		out.result = results[0]
	}
	out.after = s.memory().Pages()
	return out, cost, nil
}

// values orders the request's fields as the function takes them.
func (r request) values(f contract.Function) []uint64 {
	fields := map[contract.ParamRole]uint64{
		contract.BlockParam: r.block, contract.OldSizeParam: r.old, contract.SizeParam: r.size, contract.AlignParam: usedAlign,
		contract.CountParam: 1, contract.MarkParam: r.mark,
	}
	var list []uint64
	for _, p := range f.Params {
		list = append(list, fields[p.Role])
	}
	return list
}

// words are the values as a reader wants them: addresses and marks say nothing.
func (r request) words(f contract.Function) []string {
	var list []string
	for _, v := range r.values(f) {
		list = append(list, fmt.Sprint(v))
	}
	for _, role := range []contract.ParamRole{contract.BlockParam, contract.MarkParam} {
		if i := f.Param(role); i >= 0 {
			list[i] = f.Params[i].Name
		}
	}
	return list
}
