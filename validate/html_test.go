// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate/checks"
)

const hostile = `</title></td><script>alert(1)</script>"'`

// htmlOf judges a module by a few checks and returns the page.
func htmlOf(t *testing.T, w wattest.File, names ...string) []byte {
	t.Helper()
	list := []Check{checks.Find(checks.Callable)}
	for _, n := range names {
		list = append(list, checks.Find(n))
	}
	report, err := run(context.Background(), w.Module, w.Contract, Options{}, list)
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := report.WriteHTML(&page, hostile, sha256.Sum256(w.Module), hostile); err != nil {
		t.Fatal(err)
	}
	return page.Bytes()
}

// Names in a module are anybody's: none becomes markup.
func TestHostileNames(t *testing.T) {
	w := wattest.Read(t, "testdata/good/bump.wat")
	// The same module with one more export, named to break out of anything.
	extra := assemble(t, "", "(i32.const 0)", `(export "</td><script>alert(1)</script>\1b[2J" (func 0))`)
	for _, module := range [][]byte{w.Module, extra} {
		html := string(htmlOf(t, wattest.File{Module: module, Contract: contract.Default()}, "leftover", "zero-size"))
		if strings.Contains(html, "<script") || strings.Contains(html, "\x1b") || strings.Contains(html, "http://") || strings.Contains(html, "https://") {
			t.Errorf("markup of the module's own in\n%s", html)
		}
	}
	report, err := run(context.Background(), extra, contract.Default(), Options{}, []Check{checks.Find("leftover")})
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := report.WriteTable(&table); err != nil || strings.Contains(table.String(), "\x1b") {
		t.Errorf("%v: control characters in\n%q", err, table.String())
	}
}

// TestPicture opens the page in a browser and looks at what is drawn.
func TestPicture(t *testing.T) {
	const browser = "chromium"
	toolchain.Need(t, browser)
	good := htmlOf(t, wattest.Read(t, "testdata/good/bump.wat"), "zero-size")
	bad := htmlOf(t, wattest.Read(t, "testdata/broken/overlap.wat"), "overlap")
	for _, test := range []struct {
		name   string
		html   []byte
		flag   string
		drawn  []color.RGBA
		absent []color.RGBA
	}{
		{"light", good, "--blink-settings=preferredColorScheme=1",
			[]color.RGBA{{0xff, 0xff, 0xff, 255}, {0x3f, 0x7f, 0xbf, 255}, {0x17, 0x69, 0x2f, 255}, {0xe6, 0xb4, 0x50, 255}},
			[]color.RGBA{{0xb3, 0x26, 0x1e, 255}}},
		{"dark", good, "--blink-settings=preferredColorScheme=0",
			[]color.RGBA{{0x16, 0x18, 0x1b, 255}, {0x5b, 0x9b, 0xd8, 255}, {0x6c, 0xc4, 0x88, 255}},
			[]color.RGBA{{0xff, 0x8a, 0x80, 255}}},
		{"failed", bad, "--blink-settings=preferredColorScheme=1",
			[]color.RGBA{{0xb3, 0x26, 0x1e, 255}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			counts := colors(screenshot(t, browser, test.html, test.flag))
			for _, c := range test.drawn {
				if counts[c] < 20 {
					t.Errorf("%d pixels of %v", counts[c], c)
				}
			}
			for _, c := range test.absent {
				if counts[c] > 0 {
					t.Errorf("%d pixels of %v, want none", counts[c], c)
				}
			}
		})
	}
}

func screenshot(t *testing.T, browser string, html []byte, flag string) image.Image {
	t.Helper()
	dir := t.TempDir()
	page, shot := filepath.Join(dir, "report.html"), filepath.Join(dir, "report.png")
	if err := os.WriteFile(page, html, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", flag,
		"--user-data-dir="+filepath.Join(dir, "profile"), "--window-size=1100,1400", "--screenshot="+shot, "file://"+page)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Open(shot)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func colors(img image.Image) map[color.RGBA]int {
	counts := map[color.RGBA]int{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			counts[color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)]++
		}
	}
	return counts
}
