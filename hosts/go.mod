module github.com/genalloc/genalloc/hosts

go 1.25.0

require (
	github.com/CosmWasm/wasmvm/v2 v2.1.0
	github.com/CosmWasm/wasmvm/v3 v3.0.7
	github.com/extism/go-sdk v1.7.1
	github.com/genalloc/genalloc v0.0.0
	github.com/knqyf263/go-plugin v0.9.0
	github.com/tetratelabs/proxy-wasm-go-sdk v0.24.0
	github.com/tetratelabs/wazero v1.12.0
	mosn.io/proxy-wasm-go-host v0.2.0
)

require (
	github.com/bytecodealliance/wasmtime-go/v39 v39.0.1 // indirect
	github.com/davecgh/go-spew v1.1.1 // indirect
	github.com/dylibso/observe-sdk/go v0.0.0-20240819160327-2d926c5d788a // indirect
	github.com/gobwas/glob v0.2.3 // indirect
	github.com/google/btree v1.0.0 // indirect
	github.com/ianlancetaylor/demangle v0.0.0-20240805132620-81f5be970eca // indirect
	github.com/kr/text v0.2.0 // indirect
	github.com/pmezard/go-difflib v1.0.0 // indirect
	github.com/shamaton/msgpack/v2 v2.2.0 // indirect
	github.com/stretchr/testify v1.9.0 // indirect
	github.com/tetratelabs/wabin v0.0.0-20230304001439-f6f874872834 // indirect
	github.com/wasmerio/wasmer-go v1.0.4 // indirect
	go.opentelemetry.io/proto/otlp v1.3.1 // indirect
	golang.org/x/sys v0.44.0 // indirect
	google.golang.org/protobuf v1.34.2 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

replace github.com/genalloc/genalloc => ../
