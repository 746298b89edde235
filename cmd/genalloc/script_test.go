// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
)

// TestMain makes this binary two commands too: genalloc itself, and one that
// differs only in that the modules it makes are wrong.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"genalloc":       main,
		"genalloc-wrong": mainWrong,
	})
}

func mainWrong() {
	os.Exit(run(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}, emitWrong))
}

// emitWrong makes a module whose heap starts 16 bytes below the base that it claims.
func emitWrong(c contract.Contract) (string, []byte, error) {
	low := c
	low.HeapBase.Address -= 16
	text, err := emitter.WAT(low)
	if err != nil {
		return "", nil, err
	}
	module, err := emitter.Assemble(text, c)
	return text, module, err
}

func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"refuse": refusal,
		},
		Condition: func(name string) (bool, error) {
			if name == "ci" {
				return os.Getenv("CI") != "", nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
	})
}

// exits STATUS PROGRAM ARGS...: the program exits with exactly that status, and
// where that is not 0 with one line on standard error, as genalloc words it.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
	if message := ts.ReadFile("stderr"); want != 0 && !oneMessage.MatchString(message) {
		ts.Fatalf("standard error is not one line in the voice of genalloc: %q", message)
	}
}

var oneMessage = regexp.MustCompile(`\Agenalloc: [[:print:]]+\n\z`)

// refusal is refuse PATTERN ARGS...: genalloc exits with status 2, one message that begins
// as the pattern says, nothing on standard output, and every file as it was.
func refusal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: refuse PATTERN ARGS...")
	}
	pattern, err := regexp.Compile(`\Agenalloc: (?:` + args[0] + `)`)
	ts.Check(err)
	before := tree(ts)
	exits(ts, false, append([]string{"2", "genalloc"}, args[1:]...))
	if message := strings.TrimSuffix(ts.ReadFile("stderr"), "\n"); !pattern.MatchString(message) {
		ts.Fatalf("message %q does not match %q", message, args[0])
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("standard output: %q", out)
	}
	if after := tree(ts); after != before {
		ts.Fatalf("files before:\n%safter:\n%s", before, after)
	}
}

// tree describes every file below the script's directory.
func tree(ts *testscript.TestScript) string {
	var b strings.Builder
	err := filepath.WalkDir(ts.MkAbs("."), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %v", path, info.Mode())
		if d.Type().IsRegular() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %q", content)
		}
		b.WriteByte('\n')
		return nil
	})
	ts.Check(err)
	return b.String()
}
