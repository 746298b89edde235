// SPDX-License-Identifier: MIT OR Apache-2.0

package script

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/genalloc/genalloc/contract"
)

// Parse reads a script. What its setup leaves out comes from the contract. A block
// that a line gives back or resizes cannot be named on a later line. Errors name the
// line.
func Parse(text string, c contract.Contract) (Script, error) {
	p := parser{
		contract: c, script: Script{Setup: DefaultSetup(c)},
		numbers: map[string]int{"null": Null}, marks: map[string]int{}, history: history{},
	}
	if sets, _ := c.ABI.Split(); len(sets) > 1 {
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

type parser struct {
	contract contract.Contract
	script   Script
	numbers  map[string]int // of the blocks, by name
	marks    map[string]int // their numbers, by name
	made     int            // blocks and marks
	number   int            // of the line
	history  history
}

func (p *parser) line(words []string) error {
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
		return fmt.Errorf("%.40q is not one of alloc, alloc_zeroed, realloc, free, memalign, usable, write, misuse, mark, release, reset, grow, limit, base, pages, abi", words[0])
	}
	want := strings.Fields(form)
	if len(words)-1 != len(want) {
		return fmt.Errorf("%s takes %s", call.Op, cmp.Or(form, "nothing"))
	}
	for i, w := range words[1:] {
		if err := p.operand(&call, want[i], w); err != nil {
			return err
		}
	}
	if call.Op.Takes() {
		if err := p.history.use(call, words[1], p.number); err != nil {
			return err
		}
	}
	if err := p.name(&call, name); err != nil {
		return err
	}
	p.script.Calls = append(p.script.Calls, call)
	return nil
}

// name enters what a line makes under the name that it gives it.
func (p *parser) name(call *Call, name string) error {
	switch {
	case !call.Op.Names() && name != "":
		return fmt.Errorf("%s returns no block to call %.40q", call.Op, name)
	case !call.Op.Names():
		return nil
	case call.Op.Makes() && name == "null":
		return errors.New("null is no name for a block")
	}
	call.Made = p.made
	p.made++
	if call.Op == OpMark {
		p.marks[name] = call.Made
		return nil
	}
	p.numbers[name] = call.Made
	p.history.make(*call, p.number)
	return nil
}

// abi reads which set of functions is called.
func (p *parser) abi(words []string) error {
	sets, _ := p.contract.ABI.Split()
	if len(words) != 1 || !slices.Contains(sets, contract.ABI(words[0])) {
		return fmt.Errorf("abi takes one of %v", sets)
	}
	if len(sets) > 1 {
		p.script.Setup.ABI = contract.ABI(words[0])
	}
	return nil
}

// setup reads a line of the setup: abi, base and pages anywhere, limit before the
// first call.
func (p *parser) setup(words []string) (bool, error) {
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
	n, err := number(words[1], p.contract.MaxSize())
	if err == nil && words[0] != "base" && n > p.contract.AddressPages() {
		err = fmt.Errorf("%d is more than the %d pages that a memory can have", n, p.contract.AddressPages())
	}
	*field = n
	return true, err
}

func (p *parser) operand(c *Call, want, word string) (err error) {
	switch want {
	case "BLOCK":
		c.Block, err = named(p.numbers, word, "block %.40q is not made by any line above")
	case "MARK":
		c.Block, err = named(p.marks, word, "mark %.40q is not made by any line above")
	case "ALIGN":
		// C says what its functions do with any other number.
		c.Align, err = number(word, p.contract.MaxSize())
		if err == nil && bits.OnesCount64(c.Align) != 1 && !p.contract.ABI.Includes(contract.C) {
			err = fmt.Errorf("alignment %d is not a power of two from 1 to %d", c.Align, p.contract.MaxSize()/2+1)
		}
	default:
		most := p.contract.MaxSize()
		if c.Op == OpAllocZeroed && p.contract.ABI.Includes(contract.C) {
			most = max(most, MostProduct-1)
		}
		c.Size, err = number(word, most)
	}
	return err
}

// named returns the number of what a line above has made, or the error.
func named(made map[string]int, name, format string) (int, error) {
	n, ok := made[name]
	if !ok {
		return 0, fmt.Errorf(format, name)
	}
	return n, nil
}

// number reads a number up to most, which is a power of two less 1.
func number(word string, most uint64) (uint64, error) {
	n, err := strconv.ParseUint(word, 0, 64)
	if err != nil || n > most {
		return 0, fmt.Errorf("%.40q is not a number from 0 to 2^%d - 1", word, bits.Len64(most))
	}
	return n, nil
}
