// SPDX-License-Identifier: MIT OR Apache-2.0

package bv

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// SMT2 writes a script in SMT-LIB 2 (logic QF_BV) that asks whether the Bools in
// asserts can hold together, and says what the answer is to be: sat, unsat or
// unknown. Each comment becomes a line at the top. Shared terms are given names, so the text is as small as the graph.
func SMT2(w io.Writer, asserts []*Term, status string, comments ...string) error {
	p := printer{w: bufio.NewWriter(w), named: map[*Term]string{}}
	for _, c := range comments {
		p.printf("; %s\n", strings.ReplaceAll(c, "\n", "\n; "))
	}
	p.printf("(set-logic QF_BV)\n(set-info :status %s)\n", status)
	for _, t := range asserts {
		p.define(t)
	}
	for _, t := range asserts {
		p.printf("(assert (= %s #b1))\n", p.named[t])
	}
	p.printf("(check-sat)\n(exit)\n")
	return p.w.Flush()
}

type printer struct {
	w     *bufio.Writer
	named map[*Term]string
}

func (p *printer) printf(format string, args ...any) {
	fmt.Fprintf(p.w, format, args...) // bufio keeps the first error for Flush
}

var smtNames = map[Op]string{
	OpNot: "bvnot", OpAnd: "bvand", OpOr: "bvor", OpXor: "bvxor", OpNeg: "bvneg", OpAdd: "bvadd",
	OpMul: "bvmul", OpUdiv: "bvudiv", OpShl: "bvshl", OpLshr: "bvlshr", OpAshr: "bvashr", OpConcat: "concat",
}

func (p *printer) define(t *Term) {
	if _, done := p.named[t]; done {
		return
	}
	var args []string
	for _, x := range t.Args {
		p.define(x)
		args = append(args, p.named[x])
	}
	switch t.Op {
	case OpConst:
		p.named[t] = fmt.Sprintf("#b%0*b", t.Width, t.Val.Big())
	case OpVar:
		p.named[t] = "|" + t.Name + "|"
		p.printf("(declare-const %s (_ BitVec %d))\n", p.named[t], t.Width)
	default:
		p.named[t] = fmt.Sprintf("t%d", len(p.named))
		p.printf("(define-fun %s () (_ BitVec %d) %s)\n", p.named[t], t.Width, body(t, args))
	}
}

func body(t *Term, args []string) string {
	switch t.Op {
	case OpEq:
		return fmt.Sprintf("(ite (= %s %s) #b1 #b0)", args[0], args[1])
	case OpUlt:
		return fmt.Sprintf("(ite (bvult %s %s) #b1 #b0)", args[0], args[1])
	case OpIte:
		return fmt.Sprintf("(ite (= %s #b1) %s %s)", args[0], args[1], args[2])
	case OpExtract:
		return fmt.Sprintf("((_ extract %d %d) %s)", t.Low+t.Width-1, t.Low, args[0])
	default:
		return fmt.Sprintf("(%s %s)", smtNames[t.Op], strings.Join(args, " "))
	}
}
