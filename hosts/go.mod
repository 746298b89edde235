module github.com/genalloc/genalloc/hosts

go 1.25.0

require (
	github.com/CosmWasm/wasmvm/v3 v3.0.7
	github.com/genalloc/genalloc v0.0.0
	github.com/tetratelabs/proxy-wasm-go-sdk v0.24.0
	mosn.io/proxy-wasm-go-host v0.2.0
)

require (
	github.com/davecgh/go-spew v1.1.1 // indirect
	github.com/google/btree v1.0.0 // indirect
	github.com/kr/text v0.2.0 // indirect
	github.com/pmezard/go-difflib v1.0.0 // indirect
	github.com/shamaton/msgpack/v2 v2.2.0 // indirect
	github.com/stretchr/testify v1.9.0 // indirect
	github.com/tetratelabs/wazero v1.12.0 // indirect
	github.com/wasmerio/wasmer-go v1.0.4 // indirect
	golang.org/x/sys v0.44.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

replace github.com/genalloc/genalloc => ../
