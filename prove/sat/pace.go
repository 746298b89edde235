// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

// pace says when the search starts anew from level 0: when the clauses learned lately
// are worse than usual. A clause is good if its literals are of few decision levels.
type pace struct {
	lately, usual  float64 // levels of a clause, on average
	learned, since int     // clauses, in all and since the last restart
}

const (
	latest = 16   // clauses that lately looks back on, about
	long   = 8192 // the same of usual
	fewest = 10   // clauses between restarts
	worse  = 1.11
)

func (p *pace) learn(levels int) {
	p.learned++
	p.since++
	p.lately += (float64(levels) - p.lately) / latest
	p.usual += (float64(levels) - p.usual) / float64(min(p.learned, long))
}

func (p *pace) restart() bool {
	if p.since <= fewest || p.lately <= worse*p.usual {
		return false
	}
	p.lately, p.since = p.usual, 0
	return true
}
