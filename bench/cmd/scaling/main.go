// SPDX-License-Identifier: MIT OR Apache-2.0

// Command scaling measures what allocators give when two threads use them at once, and
// writes the table of docs/threads.md. Start it in the module's root directory, on a
// machine with two processors that has nothing else to do.
//
//	go run ./bench/cmd/scaling [DLMALLOC]
//
// DLMALLOC is the peer that peers/build makes.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/genalloc/genalloc/bench/scaling"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/files"
	"github.com/genalloc/genalloc/internal/readme"
)

const (
	document = "docs/threads.md"
	times    = 8_000_000
	rounds   = 9
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "scaling: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("name the module of dlmalloc that peers/build makes")
	}
	subjects, err := gather(args[0])
	if err != nil {
		return err
	}
	rows, err := scaling.Measure(engine.NewUncounted(), subjects, times, rounds)
	if err != nil {
		return err
	}
	old, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	page, err := readme.Splice(old, "scaling", table(rows))
	if err != nil {
		return fmt.Errorf("%s: %w", document, err)
	}
	return files.Write(document, page)
}

// gather returns what is measured, the peer last.
func gather(peer string) ([]scaling.Subject, error) {
	subjects := []scaling.Subject{scaling.Control}
	for _, flags := range scaling.Flags {
		s, err := scaling.Generated(flags)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, s)
	}
	file, err := os.ReadFile(peer)
	if err != nil {
		return nil, err
	}
	s, err := scaling.Mutex("dlmalloc behind a mutex", file)
	return append(subjects, s), err
}

// table compares each row with the last one, which is the peer's.
func table(rows []scaling.Row) []byte {
	var b bytes.Buffer
	b.WriteString("| two threads at once | work done, two threads : one | two threads do the work of dlmalloc |\n|---|---|---|\n")
	peer := rows[len(rows)-1]
	for _, r := range rows {
		times := ""
		if r.Frees && r != peer {
			times = fmt.Sprintf("%.1f times", float64(peer.Two)/float64(r.Two))
		}
		fmt.Fprintf(&b, "| %s | %.2f | %s |\n", r.Subject, r.Scaling(), times)
	}
	return b.Bytes()
}
