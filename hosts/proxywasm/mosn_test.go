// SPDX-License-Identifier: MIT OR Apache-2.0

// Package proxywasm_test runs a plug-in in two hosts of proxy-wasm.
package proxywasm_test

import (
	"bytes"
	"slices"
	"testing"

	"mosn.io/proxy-wasm-go-host/proxywasm/common"
	proxywasm "mosn.io/proxy-wasm-go-host/proxywasm/v1"
	"mosn.io/proxy-wasm-go-host/wasmer"

	"github.com/genalloc/genalloc/hosts/page"
)

const (
	section  = "proxy-wasm"
	requests = 20
	header   = "x-name"
	value    = "Ada"
	summary  = "body: 300000 bytes, sum 2100000"
)

// bump takes the place of lists in the page's commands, with both functions of its own.
var bump = []string{"--abi c --strategy lists", "--abi c,proxy-wasm", "--export=malloc", "--export=malloc,--export=proxy_on_memory_allocate"}

var body = bytes.Repeat([]byte{7}, 300_000)

// A filter is what the plug-in sees of its host.
type filter struct {
	proxywasm.DefaultImportsHandler
	log []string
}

func (f *filter) GetPluginConfig() common.IoBuffer    { return common.NewIoBufferBytes([]byte(header)) }
func (f *filter) GetHttpRequestBody() common.IoBuffer { return common.NewIoBufferBytes(body) }
func (f *filter) GetHttpRequestHeader() common.HeaderMap {
	return common.CommonHeader(map[string]string{"a": "b", header: value})
}
func (f *filter) Log(_ proxywasm.LogLevel, text string) proxywasm.WasmResult {
	f.log = append(f.log, text)
	return proxywasm.WasmResultOk
}

// TestMosn runs the plug-in in MOSN's host, over wasmer. Without an exported malloc this
// host hands nothing over, and no call fails.
func TestMosn(t *testing.T) {
	for _, x := range []struct {
		name                  string
		replaced              []string
		configured, got, sums string
	}{
		{"with malloc", nil, "configuration: " + header, "header: " + value, summary},
		{"bump", bump, "configuration: " + header, "header: " + value, summary},
		{"without malloc", []string{"--export=malloc", "--export=free"}, "configuration: ", "no headers", "body: 0 bytes, sum 0"},
	} {
		t.Run(x.name, func(t *testing.T) {
			dir := page.Build(t, section, x.replaced...)
			instance := wasmer.NewWasmerInstanceFromFile(dir + "/plugin.wasm")
			proxywasm.RegisterImports(instance)
			if err := instance.Start(); err != nil {
				t.Fatal(err)
			}
			host := &filter{}
			context := &proxywasm.ABIContext{Imports: host, Instance: instance}
			instance.Lock(context)
			defer instance.Unlock()
			plugin := context.GetExports()
			check := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			check(plugin.ProxyOnContextCreate(1, 0))
			_, err := plugin.ProxyOnConfigure(1, int32(len(header)))
			check(err)
			want := []string{x.configured}
			for id := int32(2); id < 2+requests; id++ {
				check(plugin.ProxyOnContextCreate(id, 1))
				_, err = plugin.ProxyOnRequestHeaders(id, 2, 0)
				check(err)
				_, err = plugin.ProxyOnRequestBody(id, int32(len(body)), 1)
				check(err)
				check(plugin.ProxyOnDelete(id))
				want = append(want, x.got, x.sums)
			}
			if !slices.Equal(host.log, want) {
				t.Errorf("the plug-in logs %.10q, want %.10q", host.log, want)
			}
		})
	}
}
