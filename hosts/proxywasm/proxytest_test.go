// SPDX-License-Identifier: MIT OR Apache-2.0

package proxywasm_test

import (
	"bytes"
	"log"
	"testing"

	"github.com/tetratelabs/proxy-wasm-go-sdk/proxywasm/proxytest"
	"github.com/tetratelabs/proxy-wasm-go-sdk/proxywasm/types"

	"github.com/genalloc/genalloc/hosts/page"
)

// TestProxytest runs the plug-in in the host of proxy-wasm-go-sdk, over wazero.
func TestProxytest(t *testing.T) {
	t.Run("lists", func(t *testing.T) { inProxytest(t) })
	t.Run("bump", func(t *testing.T) { inProxytest(t, bump...) })
}

func inProxytest(t *testing.T, replaced ...string) {
	dir := page.Build(t, section, replaced...)
	vm, err := proxytest.NewWasmVMContext(page.Read(t, dir, "plugin.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	defer vm.Close()
	// The host's own list of lines refers to memory of the plug-in, which reuses it.
	var lines bytes.Buffer
	log.SetOutput(&lines)
	log.SetFlags(0)
	host, reset := proxytest.NewHostEmulator(proxytest.NewEmulatorOption().WithVMContext(vm).WithPluginConfiguration([]byte(header)))
	defer reset()
	if s := host.StartVM(); s != types.OnVMStartStatusOK {
		t.Fatal("the plug-in does not start")
	}
	if s := host.StartPlugin(); s != types.OnPluginStartStatusOK {
		t.Fatal("the plug-in does not take its configuration")
	}
	const info = "proxy_info_log: "
	want := info + "configuration: " + header + "\n"
	for range requests {
		id := host.InitializeHttpContext()
		host.CallOnRequestHeaders(id, [][2]string{{"a", "b"}, {header, value}}, false)
		host.CallOnRequestBody(id, body, true)
		host.CompleteHttpContext(id)
		want += info + "header: " + value + "\n" + info + summary + "\n"
	}
	if got := lines.String(); got != want {
		t.Errorf("the plug-in logs\n%.200s, want\n%.200s", got, want)
	}
}
