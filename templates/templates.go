// SPDX-License-Identifier: MIT OR Apache-2.0

// Package templates holds the WAT that modules are made of: alloc.wat.tmpl is
// the spine, and each file in parts, axis.choice.part, is one choice on one axis, named
// axis.choice. The emitter chooses; no template has a condition.
package templates

import "embed"

// FS holds alloc.wat.tmpl and parts/*.part.
//
//go:embed alloc.wat.tmpl parts/*.part
var FS embed.FS
