// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"cmp"

	"github.com/genalloc/genalloc/validate/report"
)

// ruleless has the promises of the rules that no check is named after.
var ruleless = map[string]string{
	"bound":         Find("bounded").Promise,
	"class":         "A block has the size of its class, and no block is larger than the largest class.",
	"command":       "No call runs the constructors of the module again.",
	"contents":      "What a program wrote into a live block stays.",
	"empty":         Find("zero-size").Promise,
	"error-number":  Find("errors").Promise,
	"foreign":       "Pages that others added stay theirs.",
	"lost":          "Memory that a thread claims is handed out, whoever interrupts it.",
	"race":          "Threads meet in atomic accesses only, since the order of others is not defined.",
	"null":          "A request that fits is not refused.",
	"place":         "A block lies at a multiple of the largest power of two that divides the size of its class.",
	"shrink":        "A smaller or equal size keeps the address.",
	"trap":          "Every call returns.",
	"usable":        Find("usable-size").Promise,
	"waste":         "A block lies no higher than the strategy puts it.",
	report.Endless:  "Every call returns.",
	report.Instance: "The module starts.",
}

// Rule returns the promise that a rule stands for; "" if no check judges it.
func Rule(name string) string { return cmp.Or(ruleless[name], Find(name).Promise) }
