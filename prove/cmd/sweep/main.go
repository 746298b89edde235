// SPDX-License-Identifier: MIT OR Apache-2.0

// Sweep proves a module for every value of every parameter of the core ABI, for each
// strategy with marks and without; of the default strategy without marks for every two
// values of two parameters; of every ABI under each strategy; of strategies with
// parameters of their own for all values of those together; and some objects, and modules
// for threads. It prints a line a module and the totals, and exits 1 if one is refuted or
// left open.
//
//	go run ./prove/cmd/sweep [-shard i/n] [-o FILE] [-jobs N] [-timeout DURATION] [-list] [-- CONTRACT...]
//	go run ./prove/cmd/sweep -write RESULT...
//
// A contract is one argument, such as "--strategy=stack --dirty". Those given are proved
// instead of the list. With -write it keeps what a run found in the record, proved.txt;
// the command is started in the module's root directory then.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/sweep"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/wasm"
)

func main() {
	result := sweep.New("prove")
	list := flag.Bool("list", false, "print the contracts and prove nothing")
	write := flag.Bool("write", false, "keep the results of all parts of a run in the record")
	var o prove.Options
	flag.IntVar(&o.Jobs, "jobs", runtime.NumCPU(), "cases at a time")
	flag.DurationVar(&o.Timeout, "timeout", 10*time.Minute, "limit for one case of an obligation")
	o.Known = new(prove.Known)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	contracts := flag.Args()
	if len(contracts) == 0 {
		contracts = texts()
	}
	var err error
	if *write {
		err = keep(recordFile, flag.Args())
	} else {
		err = run(ctx, result, contracts, *list, o)
	}
	if err != nil {
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
		report, err := decide(ctx, text, o)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err == nil {
			result.Add(text, proved, 1)
			result.Add(text, "obligations", len(report.Results))
			result.Add(text, "conflicts", report.Effort().Conflicts)
		} else {
			result.Add(text, open, 1)
			result.Fail("genalloc "+text, err)
		}
		fmt.Printf("genalloc %s: %s, %.1f s\n", text, verdictOf(result.Rows[text]), time.Since(began).Seconds())
	}
	if list {
		return nil
	}
	if result.Part.Number == 1 {
		unsupported(ctx, result, o)
	}
	return errors.Join(result.Save(), result.Write(os.Stdout), result.Err())
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

// decide proves the module of one contract.
func decide(ctx context.Context, text string, o prove.Options) (*prove.Report, error) {
	m, c, hints, err := prepare(text)
	if err != nil {
		return nil, err
	}
	report, err := prove.Run(ctx, m, c, hints, o)
	if err == nil && report.Verdict() != prove.Proved {
		err = errors.New(report.Worst().String())
	}
	return report, err
}

// prepare returns the module of a contract, and hints where the prover supports it.
func prepare(text string) (*wasm.Module, contract.Contract, prove.Hints, error) {
	var hints prove.Hints
	c, file, err := sweep.Module(text)
	if err == nil && c.HeapBase.Linker {
		if file, err = object.FromModule(file, c, object.Options{}); err == nil {
			file, err = object.Open(file, object.OpenData)
		}
	}
	if err != nil {
		return nil, c, hints, err
	}
	m, err := wasm.Decode(file)
	if err == nil && prove.Supports(c) == nil {
		hints, err = prove.Guess(m, c)
	}
	return m, c, hints, err
}
