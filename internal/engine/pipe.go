// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A pipe leads to a process that answers requests, as node/runner.mjs describes them.
type pipe struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	said    bytes.Buffer // on standard error
}

func startPipe(path string, args ...string) (*pipe, error) {
	p := &pipe{process: exec.Command(path, args...)}
	out, err := p.process.StdoutPipe()
	if err == nil {
		p.in, err = p.process.StdinPipe()
	}
	p.process.Stderr = &p.said
	if err == nil {
		err = p.process.Start()
	}
	p.out = bufio.NewReader(out)
	return p, err
}

// close ends the process, which reads to the end of its input.
func (p *pipe) close() {
	p.in.Close()
	p.process.Wait()
}

// number is 64 bits, which JSON has as text.
type number uint64

func (n number) MarshalText() ([]byte, error) { return strconv.AppendUint(nil, uint64(n), 10), nil }

func (n *number) UnmarshalText(b []byte) error {
	v, err := strconv.ParseUint(string(b), 10, 64)
	*n = number(v)
	return err
}

// numbers are several.
type numbers []uint64

func (list numbers) MarshalJSON() ([]byte, error) {
	texts := make([]number, len(list))
	for i, n := range list {
		texts[i] = number(n)
	}
	return json.Marshal(texts)
}

func (list *numbers) UnmarshalJSON(b []byte) error {
	var texts []number
	err := json.Unmarshal(b, &texts)
	*list = nil
	for _, n := range texts {
		*list = append(*list, uint64(n))
	}
	return err
}

// A response answers a request, or calls a host function first.
type response struct {
	Result json.RawMessage `json:"result"`
	Error  string          `json:"error"`
	Trap   bool            `json:"trap"`
	Call   *string         `json:"call"`
	Args   numbers         `json:"args"`
}

// ask makes a request, serves the calls of host functions that come before the answer,
// and reads the result. What takes longer than a call may ends the process.
func (p *pipe) ask(result any, host func(name string, args []uint64) ([]uint64, error), request ...any) error {
	endless := time.AfterFunc(callTime, func() { p.process.Process.Kill() })
	for {
		r, err := p.exchange(request)
		switch {
		case err != nil && !endless.Stop():
			return Endless
		case err != nil:
			p.process.Wait()
			line, _, _ := strings.Cut(strings.TrimSpace(p.said.String()), "\n")
			return fmt.Errorf("node has ended: %s", cmp.Or(line, err.Error()))
		case r.Call != nil:
			request = []any{"throw"}
			if results, err := host(*r.Call, r.Args); err == nil {
				request = []any{"return"}
				for _, v := range results {
					request = append(request, number(v))
				}
			}
			continue
		}
		endless.Stop()
		switch {
		case r.Error != "" && r.Trap:
			if trap, ok := nodeTraps[r.Error]; ok {
				return trap
			}
			return Trap(r.Error)
		case r.Error != "":
			return errors.New(r.Error)
		case result != nil:
			return json.Unmarshal(r.Result, result)
		}
		return nil
	}
}

// exchange writes a line and reads one.
func (p *pipe) exchange(request []any) (r response, err error) {
	line, err := json.Marshal(request)
	if err != nil {
		return r, err
	}
	if _, err = p.in.Write(append(line, '\n')); err != nil {
		return r, err
	}
	if line, err = p.out.ReadBytes('\n'); err != nil {
		return r, err
	}
	return r, json.Unmarshal(line, &r)
}
