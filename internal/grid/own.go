// SPDX-License-Identifier: MIT OR Apache-2.0

package grid

import (
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
)

// own are the parameters that one strategy alone has, with their values, the default first.
var own = map[contract.Strategy][][]string{
	contract.Lists: {
		{"", "--classes=1", "--classes=2", "--classes=8"},
		{"", "--split=false"},
		{"", "--max-block=4096", "--max-block=131072"},
	},
}

// ownOfC are parameters that mean something else under the c ABI, which has headers.
var ownOfC = map[contract.Strategy][]string{
	contract.Lists: {
		"", "--join=false", "--split=false", "--classes=1", "--classes=8", "--max-block=4096", "--optimize=size",
		"--oom=trap", "--grow=never --initial-pages=7", "--grow=double", "--dirty --memory=import --heap-base=1024",
		"--heap-base=import:env.base --memory=import", "--heap-base=import:env.base --memory=import --dirty",
	},
}

// Own returns contracts of the strategies with parameters of their own: all values of
// those together, in each way of optimizing, and each value of any other parameter with
// the defaults and with one of these combinations.
func Own() (texts []string) {
	rows, _ := Cover()
	for _, s := range contract.Strategies {
		combinations := combine(own[s.Name])
		add := func(words ...string) {
			text := strings.Join(slices.DeleteFunc(append(words, "--strategy="+string(s.Name)), func(w string) bool { return w == "" }), " ")
			if _, err := contract.Parse(text); err == nil && !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
		for i, r := range rows {
			if len(combinations) > 1 && r.Alone() {
				add(r.Text())
				add(r.Text(), combinations[i%len(combinations)])
			}
		}
		for _, c := range combinations[1:] {
			for _, o := range optimize {
				add(o, c)
			}
		}
		for _, c := range ownOfC[s.Name] {
			add("--abi=c", c)
		}
	}
	return texts
}

// combine returns every choice of one value on each axis.
func combine(axes [][]string) []string {
	list := []string{""}
	for _, values := range axes {
		var longer []string
		for _, text := range list {
			for _, v := range values {
				longer = append(longer, strings.TrimSpace(text+" "+v))
			}
		}
		list = longer
	}
	return list
}
