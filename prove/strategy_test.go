// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"testing"

	"github.com/genalloc/genalloc/contract"
)

func TestStrategies(t *testing.T) {
	for _, row := range contract.Strategies {
		if strategies[row.Name] == nil {
			t.Errorf("the prover does not know the strategy %s: give it a file and a row in strategy.go", row.Name)
		}
	}
	if len(strategies) != len(contract.Strategies) {
		t.Errorf("%d strategies, and the contract has %d", len(strategies), len(contract.Strategies))
	}
}
