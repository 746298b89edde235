// SPDX-License-Identifier: MIT OR Apache-2.0

// Package templates holds the WAT that modules are made of. alloc.wat.tmpl is the
// spine: it reads as a module's table of contents. The other files define blocks:
// one file for each function of a strategy (bump.alloc has $alloc), and one for
// each ABI's functions. A block is named axis.choice, after the axis on which it
// is one of several choices. The emitter chooses; no template has a condition.
//
// Comments in {{/* */}} say why the code is right. Comments with ;; go into the
// module's text.
package templates

import "embed"

// FS holds the templates.
//
//go:embed *.wat.tmpl
var FS embed.FS
