// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/wasm"
)

// A feature was added to WebAssembly after version 1.0. The list has those that an
// allocator could use (core specification, appendix A.8, change history; the proposals
// have the same names).
type feature string

const (
	mvp            feature = "1.0"
	signExtension  feature = "sign-extension"
	saturating     feature = "non-trapping float-to-int conversion"
	bulkCopyFill   feature = "memory.copy and memory.fill"
	bulkOther      feature = "bulk memory beyond copy and fill"
	referenceTypes feature = "reference types"
	multiValue     feature = "multi-value"
	tailCall       feature = "tail calls"
	extendedConst  feature = "extended constant expressions"
	memory64       feature = "memory64"
	sharedMemory   feature = "shared memory"
	threads        feature = "threads"
)

// targetFeatures lists what each target has beyond 1.0.
var targetFeatures = map[contract.Target][]feature{
	contract.MVP:      {},
	contract.CosmWasm: {signExtension},
	contract.Stylus:   {signExtension, bulkCopyFill, multiValue},
	contract.Wasm2:    {signExtension, saturating, bulkCopyFill, bulkOther, referenceTypes, multiValue},
	contract.Wasm3:    {signExtension, saturating, bulkCopyFill, bulkOther, referenceTypes, multiValue, tailCall, extendedConst, memory64},
}

// opcodeFeature returns the feature that an instruction belongs to.
func opcodeFeature(op wasm.Opcode) feature {
	switch {
	case op == wasm.OpReturnCall || op == wasm.OpReturnCallIndirect:
		return tailCall
	case op == wasm.OpSelectT || op == wasm.OpTableGet || op == wasm.OpTableSet || op >= wasm.OpRefNull && op < 0x100:
		return referenceTypes
	case op >= wasm.OpI32Extend8S && op <= wasm.OpI64Extend32S:
		return signExtension
	case op == wasm.OpMemoryCopy || op == wasm.OpMemoryFill:
		return bulkCopyFill
	case op >= wasm.OpI32TruncSatF32S && op <= wasm.OpI64TruncSatF64U:
		return saturating
	case op >= 0xfe00:
		return threads
	case op >= 0xfc00:
		return bulkOther
	}
	return mvp
}

func checkFeatures(m *wasm.Module, c contract.Contract) *report.Failure {
	allowed := map[feature]bool{mvp: true}
	for _, f := range targetFeatures[c.Target] {
		allowed[f] = true
	}
	want := fmt.Sprintf("only what --target %s has", c.Target)
	if c.Memory64 {
		allowed[memory64] = true
		want += ", and --memory64"
	}
	if c.Threads {
		allowed[sharedMemory], allowed[threads] = true, true
		want += ", and --threads"
	}
	refuse := func(f feature, where string, args ...any) *report.Failure {
		return broken("features", want, "%s: %s", fmt.Sprintf(where, args...), f)
	}
	for i, t := range m.Types {
		if len(t.Results) > 1 && !allowed[multiValue] {
			return refuse(multiValue, "type[%d]", i)
		}
	}
	for i := range m.Memories {
		if f := memoryFeature(m.Memories[i]); !allowed[f] {
			return refuse(f, "memory[%d]", i)
		}
	}
	for i, g := range m.Globals {
		// An initial value is one instruction and its end; 1.0 has no more.
		if len(g.Init) > 2 && !allowed[extendedConst] {
			return refuse(extendedConst, "global[%d]", i)
		}
	}
	for i, fn := range m.Funcs {
		for _, in := range fn.Body {
			f := opcodeFeature(in.Op)
			if _, indexed := in.Block.TypeIndex(); indexed && in.Op.Info().Imm == wasm.ImmBlock {
				// A block with a function type: 1.0 cannot encode it.
				f = multiValue
			}
			if !allowed[f] {
				return refuse(f, "func[%d] offset %#x: %s", i+m.NumImported(wasm.KindFunc), in.Offset, in.Op)
			}
		}
	}
	return nil
}

func memoryFeature(l wasm.Limits) feature {
	switch {
	case l.Is64:
		return memory64
	case l.Shared:
		return sharedMemory
	}
	return mvp
}
