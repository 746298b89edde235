// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

// Strategy says how blocks are found and reused.
type Strategy string

// The strategies.
const (
	Bump  Strategy = "bump"
	Stack Strategy = "stack"
	Lists Strategy = "lists"
	Any   Strategy = "any"
)

// LongRunning is the strategy for programs that allocate and free as long as they run.
const LongRunning = Lists

// A StrategyRow is what the contract knows of a strategy. Each stage that has to know
// more says it in a file of the strategy's name.
type StrategyRow struct {
	Name      Strategy
	Doc       string // how it works, in a few words
	Reuse     string // which freed memory it hands out again
	Generated bool   // a module of it can be made, and not only judged
	Marks     bool   // a block that was made later can be told by its address, so that arena stands beside it
	// State lists the symbols in an object of the state that inlined code works on, as
	// far as the object has it. It is empty where no such code is written.
	State []string
	// Flags are parameters that this strategy alone has.
	Flags []string
	// Chunk is the pages that a thread claims at once unless it is said: fewer where freed
	// blocks are used again. It is 0 where all memory is one thread's.
	Chunk uint32
}

// ReusesNothing is the Reuse of a strategy under which freed memory stays used.
const ReusesNothing = "nothing"

// Strategies lists every strategy, the default first. Of a third-party module, which
// is any, nothing is known of where it places blocks, how it grows, or what it keeps
// below the heap base.
var Strategies = []StrategyRow{
	{Name: Bump, Doc: "addresses upwards", Reuse: ReusesNothing, Generated: true, Marks: true, State: []string{StateTop}, Chunk: 16},
	{Name: Stack, Doc: "bump that takes the newest block back", Reuse: "the newest block", Generated: true, Marks: true, State: []string{StateTop, StateHigh}},
	{Name: Lists, Doc: "a list of free blocks for each class of sizes", Reuse: "every block", Generated: true, State: []string{LinkerHeads, StateTop, StateLimit}, Flags: []string{"classes", "max-block", "split", "join"}, Chunk: 4},
	{Name: Any, Doc: "a third-party module", Reuse: "not known", Marks: true},
}

// Row returns the strategy's row; of an unknown one, a row without a name.
func (s Strategy) Row() StrategyRow {
	for _, row := range Strategies {
		if row.Name == s {
			return row
		}
	}
	return StrategyRow{}
}

// StrategyNames lists every strategy.
func StrategyNames() []Strategy {
	var names []Strategy
	for _, row := range Strategies {
		names = append(names, row.Name)
	}
	return names
}

// Reuse says which memory a module of the contract hands out again: its strategy's, and
// what marks release.
func (c Contract) Reuse() string {
	reuse := c.Strategy.Row().Reuse
	switch marks := "the blocks since a released mark"; {
	case !c.HasRole(Releases, Resets):
		return reuse
	case reuse == ReusesNothing:
		return marks
	default:
		return reuse + "; " + marks
	}
}

// ReuseAlign returns the least alignment with which most programs leave no gaps between
// blocks; 0 if the contract has it, or a strategy that gaps do not matter to.
func (c Contract) ReuseAlign() uint32 {
	least := uint32(8)
	if c.ABI.Includes(C) {
		least = CAlign
	}
	if c.Strategy != Stack || c.FixedAlign != 0 || c.MinAlign >= least {
		return 0
	}
	return least
}
