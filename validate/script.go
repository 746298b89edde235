// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/genalloc/genalloc/contract"
)

// A Setup is the world in which a sequence of calls starts.
type Setup struct {
	ABI   contract.ABI `json:"abi,omitempty"` // which set of functions is called, where the module has several
	Base  uint64       `json:"base"`          // bytes; supplied to the module where its contract imports the base
	Pages uint64       `json:"pages"`         // of the memory before the first call; beyond the contract's initial pages they are somebody else's
	Limit uint64       `json:"limit"`         // pages; growth beyond is refused by the host
}

// Op is what a line of a script does.
type Op string

// The operations. Grow and limit are what the host does, all others are calls of
// the allocator.
const (
	OpAlloc       Op = "alloc"
	OpAllocZeroed Op = "alloc_zeroed"
	OpRealloc     Op = "realloc"
	OpFree        Op = "free"
	OpMemalign    Op = "memalign" // posix_memalign
	OpUsable      Op = "usable"   // malloc_usable_size
	OpGrow        Op = "grow"
	OpLimit       Op = "limit"
)

// operands lists what each operation takes, for the parser and its messages.
var operands = map[Op]string{
	OpAlloc: "SIZE ALIGN", OpAllocZeroed: "SIZE ALIGN", OpRealloc: "BLOCK SIZE",
	OpFree: "BLOCK", OpMemalign: "SIZE ALIGN", OpUsable: "BLOCK", OpGrow: "PAGES", OpLimit: "PAGES",
}

// A Call is one line of a script, with what came of it.
type Call struct {
	Op    Op     `json:"op"`
	Block int    `json:"block"`           // number of the block that it is about, -1 for null
	Size  uint64 `json:"size"`            // bytes, or pages for grow and limit
	Align uint64 `json:"align,omitempty"` // bytes

	// What the call returned; a replay does not look at it.
	Made  int    `json:"made"`            // number of the block made, -1 for none
	Ptr   uint64 `json:"ptr"`             // address returned; 0 for null
	Pages uint64 `json:"pages"`           // size of the memory afterwards
	Trap  string `json:"trap,omitempty"`  // what trapped
	Fails bool   `json:"fails,omitempty"` // a growth that was refused
}

// null is the number of the block at the null address.
const null = -1

// makes reports whether the operation returns a block.
func (op Op) makes() bool {
	return op == OpAlloc || op == OpAllocZeroed || op == OpRealloc || op == OpMemalign
}

// takes reports whether the operation is about a block made before.
func (op Op) takes() bool { return op == OpRealloc || op == OpFree || op == OpUsable }

// blockName returns what scripts call a block.
func blockName(n int) string {
	if n == null {
		return "null"
	}
	return fmt.Sprintf("p%d", n)
}

// String returns the line as a script has it, without results.
func (c Call) String() string {
	var b strings.Builder
	if c.Op.makes() {
		fmt.Fprintf(&b, "p%d = ", c.Made)
	}
	b.WriteString(string(c.Op))
	switch c.Op {
	case OpAlloc, OpAllocZeroed, OpMemalign:
		fmt.Fprintf(&b, " %d %d", c.Size, c.Align)
	case OpRealloc:
		fmt.Fprintf(&b, " %s %d", blockName(c.Block), c.Size)
	case OpFree, OpUsable:
		fmt.Fprintf(&b, " %s", blockName(c.Block))
	default:
		fmt.Fprintf(&b, " %d", c.Size)
	}
	return b.String()
}

// A Script is a sequence of calls that can be run again.
type Script struct {
	Setup Setup  `json:"setup"`
	Calls []Call `json:"calls"`
}

// String returns the script as text, which [ParseScript] reads. Each call
// stands on a line of its own; the setup comes first, and # starts a comment.
func (s Script) String() string {
	var b strings.Builder
	if s.Setup.ABI != "" {
		fmt.Fprintf(&b, "abi %s\n", s.Setup.ABI)
	}
	fmt.Fprintf(&b, "base %d\npages %d\nlimit %d\n", s.Setup.Base, s.Setup.Pages, s.Setup.Limit)
	for _, c := range s.Calls {
		fmt.Fprintln(&b, c)
	}
	return b.String()
}

// ParseScript reads a script. What its setup leaves out comes from the
// contract. A block that a line above gives back or resizes is no block any more.
// Errors name the line.
func ParseScript(text string, c contract.Contract) (Script, error) {
	p := scriptParser{contract: c, script: Script{Setup: defaultSetup(c)}, blocks: map[string]int{"null": null}, lives: lives{}}
	if sets := c.ABI.List(); len(sets) > 1 {
		p.script.Setup.ABI = sets[0]
	}
	for i, line := range strings.Split(text, "\n") {
		p.number = i + 1
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(strings.ReplaceAll(line, "=", " = "))
		if len(words) == 0 {
			continue
		}
		if err := p.line(words); err != nil {
			return Script{}, fmt.Errorf("script line %d: %w", p.number, err)
		}
	}
	return p.script, nil
}

type scriptParser struct {
	contract contract.Contract
	script   Script
	blocks   map[string]int // name to number
	made     int
	number   int // of the line
	lives    lives
}

func (p *scriptParser) line(words []string) error {
	name := ""
	if len(words) > 2 && words[1] == "=" {
		name, words = words[0], words[2:]
	}
	if done, err := p.setup(words); done || err != nil {
		return err
	}
	call := Call{Op: Op(words[0]), Made: -1}
	form, ok := operands[call.Op]
	if !ok {
		return fmt.Errorf("%.40q is not one of alloc, alloc_zeroed, realloc, free, memalign, usable, grow, limit, base, pages, abi", words[0])
	}
	want := strings.Fields(form)
	if len(words)-1 != len(want) {
		return fmt.Errorf("%s takes %s", call.Op, form)
	}
	for i, w := range words[1:] {
		if err := p.operand(&call, want[i], w); err != nil {
			return err
		}
	}
	if call.Op.takes() {
		if err := p.lives.use(call, words[1], p.number); err != nil {
			return err
		}
	}
	if call.Op.makes() {
		if name == "null" {
			return errors.New("null is no name for a block")
		}
		call.Made = p.made
		p.made++
		p.blocks[name] = call.Made
		p.lives.make(call, p.number)
	} else if name != "" {
		return fmt.Errorf("%s returns no block to call %.40q", call.Op, name)
	}
	p.script.Calls = append(p.script.Calls, call)
	return nil
}

// abi reads which set of functions is called.
func (p *scriptParser) abi(words []string) error {
	sets := p.contract.ABI.List()
	if len(words) != 1 || !slices.Contains(sets, contract.ABI(words[0])) {
		return fmt.Errorf("abi takes one of %s", p.contract.ABI)
	}
	if len(sets) > 1 {
		p.script.Setup.ABI = contract.ABI(words[0])
	}
	return nil
}

// setup reads a line of the setup: abi, base and pages anywhere, limit before the
// first call.
func (p *scriptParser) setup(words []string) (bool, error) {
	var field *uint64
	switch s := &p.script.Setup; {
	case words[0] == "abi":
		return true, p.abi(words[1:])
	case words[0] == "base":
		field = &s.Base
	case words[0] == "pages":
		field = &s.Pages
	case words[0] == "limit" && len(p.script.Calls) == 0:
		field = &s.Limit
	default:
		return false, nil
	}
	if len(words) != 2 {
		return true, fmt.Errorf("%s takes a number", words[0])
	}
	n, err := number(words[1], addressSpace)
	if err == nil && words[0] != "base" && n > contract.MaxPages {
		err = fmt.Errorf("%d is more than the %d pages that a memory can have", n, contract.MaxPages)
	}
	*field = n
	return true, err
}

func (p *scriptParser) operand(c *Call, want, word string) (err error) {
	switch want {
	case "BLOCK":
		n, ok := p.blocks[word]
		if !ok {
			return fmt.Errorf("block %.40q is not made by any line above", word)
		}
		c.Block = n
	case "ALIGN":
		// C has rules for alignments that are none.
		c.Align, err = number(word, addressSpace)
		if err == nil && !powerOfTwo(c.Align) && !p.contract.ABI.Includes(contract.C) {
			err = fmt.Errorf("alignment %d is not a power of two from 1 to 2147483648", c.Align)
		}
	default:
		below := uint64(addressSpace)
		if c.Op == OpAllocZeroed && p.contract.ABI.Includes(contract.C) {
			below = mostProduct
		}
		c.Size, err = number(word, below)
	}
	return err
}

// number reads a number below a power of two.
func number(word string, below uint64) (uint64, error) {
	n, err := strconv.ParseUint(word, 0, 64)
	if err != nil || n >= below {
		return 0, fmt.Errorf("%.40q is not a number from 0 to 2^%d - 1", word, bits.TrailingZeros64(below))
	}
	return n, nil
}
