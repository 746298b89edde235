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
	Name  string
	Usage string // one line, without the default
	Bool  bool
	List  bool // may be given more than once

	set func(*Contract, string) error
	get func(*Contract) []string // one value, or one for each time the flag is given
}

// Flags lists every parameter in the order of the canonical text.
var Flags = []Flag{
	{
		Name: "abi", Usage: "functions and conventions",
		set: setABI, get: func(c *Contract) []string { return []string{string(c.ABI)} },
	},
	{
		Name: "functions", Usage: "comma-separated functions of the ABI to include, or with a dash to leave out",
		set: setFunctions, get: getFunctions,
	},
	{Name: "export", Usage: "export a function under another name, as alloc=my_alloc", List: true, set: setExport, get: getExport},
	textFlag("target", "wasm2, mvp, stylus, cosmwasm or wasm3", func(c *Contract) textValue { return &c.Target }, func(c *Contract) string { return string(c.Target) }),
	textFlag("strategy", "bump, or any for a module that something else made", func(c *Contract) textValue { return &c.Strategy }, func(c *Contract) string { return string(c.Strategy) }),
	{
		Name: "memory", Usage: "export or import the memory",
		set: setMemory, get: func(c *Contract) []string { return []string{string(c.Memory)} },
	},
	{
		Name: "memory-name", Usage: "the memory's export name, or MODULE.NAME of its import",
		set: func(c *Contract, s string) error { c.MemoryName, c.memoryNamed = s, true; return nil },
		get: func(c *Contract) []string { return []string{c.MemoryName} },
	},
	pagesFlag("initial-pages", "pages of 64 KiB at the start", func(c *Contract) *uint32 { return &c.InitialPages }),
	pagesFlag("max-pages", "declared maximum in pages", func(c *Contract) *uint32 { return &c.MaxPages }),
	textFlag("heap-base", "lowest address handed out, or import:MODULE.NAME", func(c *Contract) textValue { return &c.HeapBase }, func(c *Contract) string { return c.HeapBase.String() }),
	textFlag("grow", "exact, chunk=N pages, double or never", func(c *Contract) textValue { return &c.Grow }, func(c *Contract) string { return c.Grow.String() }),
	alignFlag("min-align", "align every block to at least N bytes", func(c *Contract) *uint32 { return &c.MinAlign }),
	alignFlag("fixed-align", "align every block to N bytes, with no align parameter", func(c *Contract) *uint32 { return &c.FixedAlign }),
	textFlag("oom", "null or trap when a request cannot be met", func(c *Contract) textValue { return &c.OOM }, func(c *Contract) string { return string(c.OOM) }),
	boolFlag("dirty", "memory may hold a host's bytes: alloc_zeroed fills", func(c *Contract) *bool { return &c.Dirty }),
	textFlag("optimize", "balanced, gas or size", func(c *Contract) textValue { return &c.Optimize }, func(c *Contract) string { return string(c.Optimize) }),
	boolFlag("names", "keep the name section", func(c *Contract) *bool { return &c.Names }),
}

type textValue = encoding.TextUnmarshaler

func textFlag(name, usage string, field func(*Contract) textValue, get func(*Contract) string) Flag {
	return Flag{
		Name: name, Usage: usage,
		set: func(c *Contract, s string) error { return field(c).UnmarshalText([]byte(s)) },
		get: func(c *Contract) []string { return []string{get(c)} },
	}
}

func pagesFlag(name, usage string, field func(*Contract) *uint32) Flag {
	return numberFlag(name, usage, field, func(n uint64) error {
		if n == 0 || n > MaxPages {
			return fmt.Errorf("is not a number of pages from 1 to %d", MaxPages)
		}
		return nil
	})
}

func alignFlag(name, usage string, field func(*Contract) *uint32) Flag {
	return numberFlag(name, usage, field, func(n uint64) error {
		if n == 0 || n&(n-1) != 0 || n > 1<<31 {
			return errors.New("is not a power of two from 1 to 2147483648")
		}
		return nil
	})
}

func numberFlag(name, usage string, field func(*Contract) *uint32, check func(uint64) error) Flag {
	return Flag{
		Name: name, Usage: usage,
		set: func(c *Contract, s string) error {
			n, err := number(s)
			if err != nil {
				return err
			}
			if err := check(n); err != nil {
				return fmt.Errorf("%s %w", s, err)
			}
			*field(c) = uint32(n)
			return nil
		},
		get: func(c *Contract) []string { return []string{strconv.FormatUint(uint64(*field(c)), 10)} },
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

func boolFlag(name, usage string, field func(*Contract) *bool) Flag {
	return Flag{
		Name: name, Usage: usage, Bool: true,
		set: func(c *Contract, s string) error {
			b, err := strconv.ParseBool(s)
			if err != nil {
				return fmt.Errorf("%q is neither true nor false", s)
			}
			*field(c) = b
			return nil
		},
		get: func(c *Contract) []string { return []string{strconv.FormatBool(*field(c))} },
	}
}

// setABI starts anew with all functions where it is another ABI's that were listed.
func setABI(c *Contract, s string) error {
	before := c.ABI
	if err := c.ABI.UnmarshalText([]byte(s)); err != nil {
		return err
	}
	if c.ABI != before {
		c.Functions = nil
	}
	return nil
}

// setMemory goes back to the usual name from the one that Validate gives an import.
func setMemory(c *Contract, s string) error {
	if err := c.Memory.UnmarshalText([]byte(s)); err != nil {
		return err
	}
	if !c.memoryNamed && c.MemoryName == DefaultMemoryImport {
		c.MemoryName = Default().MemoryName
	}
	return nil
}

// setFunctions keeps the list until the ABI is known.
func setFunctions(c *Contract, s string) error {
	c.functions = strings.Split(s, ",")
	return nil
}

// getFunctions returns the shorter of the two ways to write the list.
func getFunctions(c *Contract) []string {
	if c.functions != nil {
		return []string{strings.Join(c.functions, ",")}
	}
	var without []string
	for _, f := range functionNames(c.ABI) {
		if !c.Has(f) {
			without = append(without, "-"+f)
		}
	}
	if len(without) == 0 {
		return nil // all of them, as is the default
	}
	with, dashed := strings.Join(c.Functions, ","), strings.Join(without, ",")
	if len(dashed) < len(with) {
		return []string{dashed}
	}
	return []string{with}
}

func setExport(c *Contract, s string) error {
	function, name, ok := strings.Cut(s, "=")
	if !ok {
		return fmt.Errorf("%q is not FUNCTION=NAME, such as alloc=my_alloc", s)
	}
	if old, ok := c.Export[function]; ok && old != name {
		return fmt.Errorf("%s is renamed twice, to %q and to %q: keep one", function, old, name)
	}
	// Copies of a contract share the map: each change is to a new one.
	export := maps.Clone(c.Export)
	if export == nil {
		export = map[string]string{}
	}
	export[function] = name
	c.Export = export
	return nil
}

func getExport(c *Contract) []string {
	var values []string
	for function, name := range c.Export {
		if name != c.ownName(function) {
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

// Set gives the parameter a value in the form of the command line. Parameters
// whose default depends on another's are settled by [Contract.Validate].
func (c *Contract) Set(flag, value string) error {
	for _, f := range Flags {
		if f.Name == flag {
			if err := f.set(c, value); err != nil {
				return &FlagError{flag, err}
			}
			return nil
		}
	}
	return &FlagError{flag, fmt.Errorf("no such parameter of a module")}
}

// Get returns the parameter's value in the form of the command line.
func (f Flag) Get(c Contract) string { return strings.Join(f.get(&c), " ") }
