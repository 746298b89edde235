// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import (
	"encoding"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Flag is one parameter of a contract as the command line and the custom
// section write it: --Name=value, or --Name alone where Bool.
type Flag struct {
	Name string
	Bool bool
	List bool // may be given more than once

	set func(*Order, string) error
	get func(*Order) []string // one value, or one for each time the flag is given
}

// Flags lists every parameter in the order of the canonical text.
var Flags = []Flag{
	textFlag("abi", func(o *Order) *ABI { return &o.ABI }),
	{Name: "functions", set: func(o *Order, s string) error {
		o.Functions = strings.Split(s, ",")
		return nil
	}, get: getFunctions},
	{Name: "export", List: true, set: setExport, get: getExport},
	wordFlag("target", func(o *Order) *Target { return &o.Target }, Wasm2, MVP, Stylus, CosmWasm, Wasm3),
	wordFlag("strategy", func(o *Order) *Strategy { return &o.Strategy }, StrategyNames()...),
	numberFlag("classes", func(o *Order) *uint32 { return &o.Classes }, func(n uint64) error {
		if n == 0 || n > 8 || n&(n-1) != 0 {
			return errors.New("is not one of 1, 2, 4, 8")
		}
		return nil
	}),
	numberFlag("max-block", func(o *Order) *uint64 { return &o.MaxBlock }, func(n uint64) error {
		if n < 8 || n > MaxListed64 {
			return fmt.Errorf("is not a number of bytes from 8 to %d, or to %d with --memory64", MaxListed, uint64(MaxListed64))
		}
		return nil
	}),
	boolFlag("split", true, func(o *Order) *bool { return &o.NoSplit }),
	boolFlag("join", true, func(o *Order) *bool { return &o.NoJoin }),
	wordFlag("memory", func(o *Order) *MemoryMode { return &o.Memory }, ExportMemory, ImportMemory),
	boolFlag("memory64", false, func(o *Order) *bool { return &o.Memory64 }),
	boolFlag("threads", false, func(o *Order) *bool { return &o.Threads }),
	numberFlag("chunk", func(o *Order) *uint32 { return &o.Chunk }, func(n uint64) error {
		if n == 0 || n >= MaxPages {
			return fmt.Errorf("is not a number of pages from 1 to %d", MaxPages-1)
		}
		return nil
	}),
	{Name: "memory-name", set: setMemoryName, get: func(o *Order) []string { return []string{o.MemoryName} }},
	pagesFlag("initial-pages", func(o *Order) *uint32 { return &o.InitialPages }),
	pagesFlag("max-pages", func(o *Order) *uint32 { return &o.MaxPages }),
	textFlag("heap-base", func(o *Order) *HeapBase { return &o.HeapBase }),
	textFlag("grow", func(o *Order) *Grow { return &o.Grow }),
	alignFlag("min-align", func(o *Order) *uint32 { return &o.MinAlign }),
	alignFlag("fixed-align", func(o *Order) *uint32 { return &o.FixedAlign }),
	wordFlag("oom", func(o *Order) *OOM { return &o.OOM }, OOMNull, OOMTrap),
	boolFlag("dirty", false, func(o *Order) *bool { return &o.Dirty }),
	debugFlag,
	boolFlag("stats", false, func(o *Order) *bool { return &o.Stats }),
	{Name: "on-grow", set: setOnGrow, get: getOnGrow},
	wordFlag("optimize", func(o *Order) *Optimize { return &o.Optimize }, Balanced, Gas, Size),
	boolFlag("names", false, func(o *Order) *bool { return &o.Names }),
}

// textFlag makes a flag of a field that reads its value from text and prints as it.
func textFlag[T any, P interface {
	*T
	encoding.TextUnmarshaler
}](name string, field func(*Order) P) Flag {
	return Flag{
		Name: name,
		set:  func(o *Order, s string) error { return field(o).UnmarshalText([]byte(s)) },
		get:  func(o *Order) []string { return []string{fmt.Sprint(*field(o))} },
	}
}

// wordFlag makes a flag of a field that is one of some words.
func wordFlag[T ~string](name string, field func(*Order) *T, words ...T) Flag {
	return Flag{
		Name: name,
		set:  func(o *Order, s string) error { return OneOf(field(o), s, words...) },
		get:  func(o *Order) []string { return []string{string(*field(o))} },
	}
}

func pagesFlag(name string, field func(*Order) *uint32) Flag {
	return numberFlag(name, field, func(n uint64) error {
		if n == 0 || n > MaxPages {
			return fmt.Errorf("is not a number of pages from 1 to %d", MaxPages)
		}
		return nil
	})
}

func alignFlag(name string, field func(*Order) *uint32) Flag {
	return numberFlag(name, field, func(n uint64) error {
		if n == 0 || n&(n-1) != 0 || n > 1<<31 {
			return errors.New("is not a power of two from 1 to 2147483648")
		}
		return nil
	})
}

func numberFlag[T uint32 | uint64](name string, field func(*Order) *T, check func(uint64) error) Flag {
	return Flag{
		Name: name,
		set: func(o *Order, s string) error {
			n, err := number(s)
			if err != nil {
				return err
			}
			if err := check(n); err != nil {
				return fmt.Errorf("%s %w", s, err)
			}
			*field(o) = T(n)
			return nil
		},
		get: func(o *Order) []string { return []string{strconv.FormatUint(uint64(*field(o)), 10)} },
	}
}

// number reads a whole number, decimal or 0x hexadecimal. One beyond 64 bits is
// read as the largest, which is beyond every limit too.
func number(s string) (uint64, error) {
	digits, base := s, 10
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%q is not a whole number, decimal or 0x hexadecimal", s)
	}
	return n, nil
}

// boolFlag makes a flag of a field; where not is set, of one that says the opposite.
func boolFlag(name string, not bool, field func(*Order) *bool) Flag {
	return Flag{
		Name: name, Bool: true,
		set: func(o *Order, s string) error {
			b, err := strconv.ParseBool(s)
			if err != nil {
				return fmt.Errorf("%q is neither true nor false", s)
			}
			*field(o) = b != not
			return nil
		},
		get: func(o *Order) []string { return []string{strconv.FormatBool(*field(o) != not)} },
	}
}

func setMemoryName(o *Order, s string) error {
	if err := checkName(s); err != nil {
		return err
	}
	o.MemoryName = s
	return nil
}

func setOnGrow(o *Order, s string) error {
	if _, _, err := SplitImport(s); err != nil {
		return fmt.Errorf("%q is not MODULE.NAME, such as env.%s", s, EmscriptenGrown)
	}
	if err := checkName(s); err != nil {
		return err
	}
	o.OnGrow = s
	return nil
}

func getOnGrow(o *Order) []string {
	if o.OnGrow == "" {
		return nil
	}
	return []string{o.OnGrow}
}

// getFunctions lists the functions or those left out, whichever is shorter. An order
// that is not settled may name with dashes what it leaves out: that comes back as it is.
func getFunctions(o *Order) []string {
	if o.Functions == nil {
		return nil // all of them, as is the default
	}
	var without []string
	for _, f := range namesOf(o.ABI.Functions()) {
		if !slices.Contains(o.Functions, f) {
			without = append(without, "-"+f)
		}
	}
	with, dashed := strings.Join(o.Functions, ","), strings.Join(without, ",")
	switch {
	case len(without) == 0:
		return nil
	case len(dashed) < len(with) && len(without) < len(o.ABI.Functions()):
		return []string{dashed}
	}
	return []string{with}
}

func setExport(o *Order, s string) error {
	function, name, ok := strings.Cut(s, "=")
	if !ok {
		return fmt.Errorf("%q is not FUNCTION=NAME, such as alloc=my_alloc", s)
	}
	if old, ok := o.Export[function]; ok && old != name {
		return fmt.Errorf("%s is renamed twice, to %q and to %q: keep one", function, old, name)
	}
	// Copies of an order share the map: each change is to a new one.
	export := maps.Clone(o.Export)
	if export == nil {
		export = map[string]string{}
	}
	export[function] = name
	o.Export = export
	return nil
}

func getExport(o *Order) []string {
	var values []string
	for function, name := range o.Export {
		if name != o.ownName(function) {
			values = append(values, function+"="+name)
		}
	}
	slices.Sort(values)
	return values
}

// A FlagError says which flag is wrong, why, and the way out.
type FlagError struct {
	Flag string // without dashes
	Err  error
}

func (e *FlagError) Error() string { return "flag --" + e.Flag + ": " + e.Err.Error() }

// Unwrap returns the reason alone.
func (e *FlagError) Unwrap() error { return e.Err }

// Set gives the parameter a value in the form of the command line. The error does
// not name the flag.
func (f Flag) Set(o *Order, value string) error { return f.set(o, value) }

// Get returns the parameter's value, or its default, in the form of the command line.
func (f Flag) Get(o Order) string {
	o = o.filled()
	return strings.Join(f.get(&o), " ")
}

// Set gives the parameter of that name a value in the form of the command line. The
// error is a [*FlagError].
func Set(o *Order, flag, value string) error {
	i := slices.IndexFunc(Flags, func(f Flag) bool { return f.Name == flag })
	if i < 0 {
		return &FlagError{flag, errors.New("no such parameter of a module")}
	}
	if err := Flags[i].Set(o, value); err != nil {
		return &FlagError{flag, err}
	}
	return nil
}
