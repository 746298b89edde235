// SPDX-License-Identifier: MIT OR Apache-2.0

// Command effort proves some modules and adds a row to the table in docs/effort.md: how
// many conflicts the search went through, which is the same on every machine, and how
// long a processor of this one worked on the default module. Start it in the module's
// root directory.
//
//	go run ./prove/cmd/effort
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"

	"github.com/genalloc/genalloc/internal/files"
	"github.com/genalloc/genalloc/internal/sweep"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/wasm"
)

const history = "docs/effort.md"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "effort:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	table, err := os.ReadFile(history)
	if err != nil {
		return err
	}
	commit, err := exec.CommandContext(ctx, "git", "log", "-1", "--format=%as | %h").Output()
	if err != nil {
		return fmt.Errorf("git log: %w", err)
	}
	row := []string{string(bytes.TrimSpace(commit))}
	var seconds float64
	for i, text := range contracts(string(table)) {
		e, err := measure(ctx, text)
		if err != nil {
			return fmt.Errorf("genalloc %s: %w", text, err)
		}
		if row = append(row, fmt.Sprint(e.Conflicts)); i == 0 {
			seconds = e.Seconds
		}
	}
	line := fmt.Sprintf("| %s | %.1f |\n", strings.Join(row, " | "), seconds)
	fmt.Print(line)
	return files.Write(history, append(table, line...))
}

// contracts are the columns of the table: the default, and flags in backquotes.
func contracts(table string) []string {
	_, header, _ := strings.Cut(table, "| commit | default | ")
	header, _, _ = strings.Cut(header, " | seconds |")
	return append([]string{""}, strings.Split(strings.ReplaceAll(header, "`", ""), " | ")...)
}

// measure proves the module of a contract.
func measure(ctx context.Context, text string) (prove.Effort, error) {
	c, file, err := sweep.Module(text)
	if err != nil {
		return prove.Effort{}, err
	}
	m, err := wasm.Decode(file)
	if err != nil {
		return prove.Effort{}, err
	}
	hints, err := prove.Guess(m, c)
	if err != nil {
		return prove.Effort{}, err
	}
	report, err := prove.Run(ctx, m, c, hints, prove.Options{Jobs: runtime.NumCPU()})
	if err != nil {
		return prove.Effort{}, err
	}
	return report.Effort(), report.Err()
}
