// SPDX-License-Identifier: MIT OR Apache-2.0

// Sweep proves a module for every value of every parameter of the core ABI, for each
// strategy with marks and without; of the default strategy without marks for every two
// values of two parameters; of every ABI under each strategy; of strategies with
// parameters of their own for all values of those together; and some for threads. It prints a line a module and
// the totals, and exits 1 if one is refuted or left open.
//
//	go run ./prove/cmd/sweep [-shard i/n] [-o FILE] [-jobs N] [-timeout DURATION] [-list] [-- CONTRACT...]
//
// A contract is one argument, such as "--strategy=stack --dirty". Those given are proved
// instead of the list.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/grid"
	"github.com/genalloc/genalloc/internal/sweep"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/wasm"
)

func main() {
	result := sweep.New("prove")
	list := flag.Bool("list", false, "print the contracts and prove nothing")
	var o prove.Options
	flag.IntVar(&o.Jobs, "jobs", runtime.NumCPU(), "cases at a time")
	flag.DurationVar(&o.Timeout, "timeout", 10*time.Minute, "limit for one case of an obligation")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	contracts := flag.Args()
	if len(contracts) == 0 {
		contracts = texts()
	}
	if err := run(ctx, result, contracts, *list, o); err != nil {
		fmt.Fprintln(os.Stderr, "sweep:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, result *sweep.Result, contracts []string, list bool, o prove.Options) error {
	result.Of(contracts...)
	for i, text := range contracts {
		if !result.Part.Has(i) {
			continue
		}
		if list {
			fmt.Println("genalloc", text)
			continue
		}
		began := time.Now()
		n, err := decide(ctx, text, o)
		if err := ctx.Err(); err != nil {
			return err
		}
		verdict := "proved"
		switch {
		case err == nil:
			result.Add(text, "obligations", n)
		case errors.Is(err, errStateless):
			verdict = err.Error()
		default:
			verdict = "open"
			result.Fail("genalloc "+text, err)
		}
		result.Add(text, verdict, 1)
		fmt.Printf("genalloc %s: %s, %d obligations, %.1f s\n", text, verdict, n, time.Since(began).Seconds())
	}
	if list {
		return nil
	}
	if result.Part.Number == 1 {
		unsupported(ctx, result, o)
	}
	return errors.Join(result.Save(), result.Write(os.Stdout), result.Err())
}

// texts lists the contracts.
func texts() (list []string) {
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
	return slices.Concat(list, own(), threads)
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

// unsupported prints the exceptions. One that the prover does not reject any more is
// wrong, so that the list stays short.
func unsupported(ctx context.Context, result *sweep.Result, o prove.Options) {
	for _, x := range exceptions() {
		flags, reason := x[0], x[1]
		_, err := decide(ctx, flags, o)
		if err == nil || !strings.Contains(err.Error(), "not supported") {
			result.Fail("genalloc "+flags, fmt.Errorf("not refused as an exception has to be: %v", err))
			continue
		}
		fmt.Printf("genalloc %s: not supported: %s\n", flags, reason)
	}
}

// errStateless says that there is nothing to prove: the module has no state, because
// none of its functions hands out a block.
var errStateless = errors.New("no state")

// decide proves the module of one contract, and returns the number of obligations.
func decide(ctx context.Context, text string, o prove.Options) (int, error) {
	c, file, err := sweep.Module(text)
	if err != nil {
		return 0, err
	}
	m, err := wasm.Decode(file)
	if err != nil {
		return 0, err
	}
	if len(m.Globals) == 0 {
		return 0, errStateless
	}
	hints, err := prove.Guess(m, c)
	if err != nil && prove.Supports(c) == nil {
		return 0, err
	}
	report, err := prove.Run(ctx, m, c, hints, o)
	if err != nil {
		return 0, err
	}
	if report.Verdict() != prove.Proved {
		return 0, errors.New(report.Worst().String())
	}
	return len(report.Results), nil
}
