// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	_ "embed"
	"encoding/json"
	"strings"
)

//go:embed recorder.js
var script string

// Script returns a JavaScript module that records what the instrumented program does, in
// Node and in browsers.
func (p *Program) Script() []byte {
	facts, err := json.Marshal(struct {
		Phases []string `json:"phases"`
		Pages  uint32   `json:"pages"`
		Base   uint32   `json:"base"`
	}{append([]string{}, p.Phases...), p.Pages, p.Base})
	if err != nil {
		panic(err) // strings and numbers
	}
	return []byte(strings.Replace(script, "PROGRAM", string(facts), 1))
}
