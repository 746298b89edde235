// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"slices"
	"strings"
	"sync"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/grid"
	"github.com/genalloc/genalloc/prove"
)

// texts lists the contracts. To cover all pairs takes a while.
var texts = sync.OnceValue(func() (list []string) {
	rows, _ := grid.Cover()
	for _, r := range rows {
		variants := grid.Variants(r.Text())
		if !r.Alone() {
			variants = variants[:1]
		}
		list = append(list, variants...)
	}
	for _, abi := range abis {
		for _, text := range grid.Variants(abi) {
			if !strings.Contains(text, "--abi=core,arena") {
				list = append(list, text)
			}
		}
	}
	return slices.Concat(list, own(), objects(), threads)
})

// objects lists the contracts of objects, whose first call reads the linker's numbers.
func objects() (list []string) {
	for _, strategy := range contract.Strategies {
		if !strategy.Generated {
			continue
		}
		for _, split := range []string{"", "--split=false"} {
			for _, flags := range []string{"", "--grow=never"} {
				words := strings.Fields("--heap-base=linker " + flags + " --strategy=" + string(strategy.Name) + " " + split)
				list = append(list, strings.Join(words, " "))
			}
		}
	}
	return supported(list)
}

// threads are contracts of modules for threads: each parameter that matters to the chunk.
var threads = []string{
	"--threads", "--threads --chunk=1", "--threads --chunk=5", "--threads --min-align=16", "--threads --fixed-align=8",
	"--threads --dirty", "--threads --oom=trap", "--threads --max-pages=64", "--threads --optimize=size",
	"--threads --memory=export --max-pages=64", "--threads --memory=export --initial-pages=7 --max-pages=64",
}

// own lists the contracts of strategies with parameters of their own, and their ABIs.
func own() []string {
	list := grid.Own()
	for _, s := range contract.Strategies {
		if len(s.Flags) > 0 {
			for _, abi := range abis {
				list = append(list, abi+" --strategy="+string(s.Name))
			}
		}
	}
	return supported(list)
}

// supported leaves out what is no contract, or is among the exceptions.
func supported(list []string) []string {
	return slices.DeleteFunc(list, func(text string) bool {
		c, err := contract.Parse(text)
		return err != nil || prove.Supports(c) != nil
	})
}

// abis are the other ABIs, with what they need, and some lists of them.
var abis = []string{
	"--abi=c", "--abi=cabi", "--abi=wasm-bindgen", "--abi=cosmwasm --target=cosmwasm", "--abi=proxy-wasm",
	"--abi=core,cabi", "--abi=c,cabi", "--abi=c,proxy-wasm", "--abi=c,arena", "--abi=wasm-bindgen,cabi",
	"--abi=c --oom=trap", "--abi=cabi --grow=double", "--abi=c --grow=never",
}

// exceptions are what cannot be proved, with the reason.
func exceptions() (list [][2]string) {
	list = [][2]string{
		{"--stats", "no obligation is about what is counted"},
		{"--debug", "what it reads in front of blocks may be anything"},
		{"--threads --initial-pages=6 --heap-base=1024", "no obligation is about the word that counts the pages taken"},
		{"--threads --abi=c", "alloc is no function of its own there"},
		{"--abi=opa", "its host moves the heap, which no obligation is about"},
	}
	for _, s := range contract.Strategies {
		if len(s.Flags) > 0 {
			list = append(list, [2]string{"--abi=c --strategy=" + string(s.Name), "no obligation is about the class in front of a block"},
				[2]string{"--memory=import --heap-base=import:env.base --strategy=" + string(s.Name), "no number says where the lists' heads lie"},
				[2]string{"--memory64 --strategy=" + string(s.Name), "its claims are of 32-bit addresses"},
				[2]string{"--threads --heap-base=1024 --strategy=" + string(s.Name), "no obligation is about what threads give each other"})
		}
	}
	return list
}
