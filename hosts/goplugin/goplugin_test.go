// SPDX-License-Identifier: MIT OR Apache-2.0

// Package goplugin_test runs a plug-in in the host that go-plugin generates for its example.
package goplugin_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/knqyf263/go-plugin/examples/helloworld/greeting"
	"github.com/tetratelabs/wazero"

	"github.com/genalloc/genalloc/hosts/page"
)

// pages is the most that the plug-in gets. Without reuse it would need 2,000.
const pages = 4

// TestGreeter makes 10,001 calls with names of 1 to 10,001 bytes.
func TestGreeter(t *testing.T) {
	dir := page.Build(t, "go-plugin")
	ctx := context.Background()
	limited := func(ctx context.Context) (wazero.Runtime, error) {
		return wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(pages)), nil
	}
	host, err := greeting.NewGreeterPlugin(ctx, greeting.WazeroRuntime(limited))
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := host.Load(ctx, filepath.Join(dir, "greeter.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	defer plugin.Close(ctx)
	for i := range 10_001 {
		name := strings.Repeat("x", i) + "y"
		reply, err := plugin.Greet(ctx, &greeting.GreetRequest{Name: name})
		if err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
		if reply.Message != "Good morning, "+name {
			t.Fatalf("call %d: got %.40q", i, reply.Message)
		}
	}
}
