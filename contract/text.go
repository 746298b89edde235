// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import (
	"fmt"
	"slices"
	"strings"
)

// Args returns the canonical flags that differ from the defaults, in the order
// of [Flags]: the words that make the same module again.
func (c Contract) Args() []string {
	// A strategy has defaults of its own, and so has a third-party malloc. An imported
	// memory has a default name and no default base. A linked one is imported by being
	// linked.
	def := Order{Memory: c.Memory, HeapBase: c.HeapBase, ABI: c.ABI, Strategy: c.Strategy, Threads: c.Threads, Memory64: c.Memory64}.filled()
	def.ABI, def.Strategy, def.Threads, def.Memory64 = defaults.ABI, defaults.Strategy, defaults.Threads, defaults.Memory64
	if def.HeapBase = defaults.HeapBase; c.Memory == ImportMemory && !c.startsEmpty() {
		def.HeapBase = HeapBase{}
	}
	switch {
	case c.HeapBase.Linker:
	case c.Threads:
		def.Memory = ImportMemory
	default:
		def.Memory = defaults.Memory
	}
	var args []string
	for _, f := range Flags {
		values := f.get(&c.Order)
		if slices.Equal(values, f.get(&def)) {
			continue
		}
		for _, v := range values {
			if f.Bool && v == "true" {
				args = append(args, "--"+f.Name)
			} else {
				args = append(args, "--"+f.Name+"="+v)
			}
		}
	}
	return args
}

// String returns the canonical text: the words of [Contract.Args], quoted for
// a shell where they need it and joined by spaces. It is empty for the default.
func (c Contract) String() string {
	words := c.Args()
	for i, w := range words {
		words[i] = quote(w)
	}
	return strings.Join(words, " ")
}

// Parse reads the text of a contract, as [Contract.String] writes it.
func Parse(text string) (Contract, error) {
	o, err := ParseOrder(text)
	if err != nil {
		return Contract{}, err
	}
	c, err := o.Settle()
	if err != nil {
		return Contract{}, fmt.Errorf("contract text: %w", err)
	}
	return c, nil
}

// ParseOrder reads the text of an order: flags in the form --NAME=VALUE, or --NAME
// where the value is true, quoted as for a shell. Modules made before an imported
// memory needed a heap base carry none if it is the default one.
func ParseOrder(text string) (Order, error) {
	words, err := split(text)
	if err != nil {
		return Order{}, err
	}
	var o Order
	for _, w := range words {
		name, value, ok := strings.Cut(strings.TrimPrefix(w, "--"), "=")
		if !ok {
			value = "true"
		}
		if !strings.HasPrefix(w, "--") {
			return Order{}, fmt.Errorf("contract text: %q is not a flag", w)
		}
		if err := Set(&o, name, value); err != nil {
			return Order{}, fmt.Errorf("contract text: %w", err)
		}
	}
	if o.Memory == ImportMemory {
		fill(&o.HeapBase, defaults.HeapBase)
	}
	return o, nil
}

// quote returns the word as a POSIX shell reads it.
func quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=.,:/+@%", r)
	}
	if strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// split undoes quote and the joining by spaces.
func split(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, inQuote := false, false
	for i := 0; i < len(text); i++ {
		b := text[i]
		switch {
		case b == '\'':
			inWord, inQuote = true, !inQuote
		case inQuote:
			word.WriteByte(b)
		case b == '\\' && i+1 < len(text):
			i++
			inWord = true
			word.WriteByte(text[i])
		case b == ' ':
			if inWord {
				words = append(words, word.String())
			}
			word.Reset()
			inWord = false
		default:
			inWord = true
			word.WriteByte(b)
		}
	}
	if inQuote {
		return nil, fmt.Errorf("contract text: a quote is not closed")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
