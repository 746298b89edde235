// SPDX-License-Identifier: MIT OR Apache-2.0

package cost_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/wattest"
)

func profile(t *testing.T, module []byte, c contract.Contract) *cost.Profile {
	t.Helper()
	p, err := cost.Measure(module, c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func order(t *testing.T, text string) contract.Contract {
	t.Helper()
	c, err := contract.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func module(t *testing.T, wat string) []byte {
	t.Helper()
	file, _ := wattest.Assemble(t, wat)
	return file
}

func path(t *testing.T, p *cost.Profile, function, name string) cost.Path {
	t.Helper()
	for _, x := range p.Paths {
		if x.Function == function && x.Path == name {
			return x
		}
	}
	t.Fatalf("%s has no path %q", function, name)
	return cost.Path{}
}

// TestMeasureGenerated: a generated module has every path that its contract
// leaves open, and the slower ones cost more.
func TestMeasureGenerated(t *testing.T) {
	for _, tt := range []struct {
		flags  string
		absent []string // "function/path"
	}{
		{flags: ""},
		{flags: "--memory=import --heap-base=import:env.__heap_base"},
		{flags: "--fixed-align=8 --oom=trap"},
		{flags: "--functions=alloc,dealloc --export=alloc=take"},
		{flags: "--target=stylus --max-pages=16"},
		{flags: "--strategy=stack"},
		{flags: "--abi=core,arena"},
		{flags: "--strategy=stack --abi=core,arena --memory=import --heap-base=import:env.__heap_base"},
		{
			flags: "--grow=never",
			absent: []string{
				"alloc/grow", "alloc/behind foreign pages", "alloc_zeroed/grow", "alloc_zeroed/behind foreign pages",
				"realloc/newest block in place, with growth", "realloc/moved, with growth", "realloc/behind foreign pages",
			},
		},
	} {
		t.Run(tt.flags, func(t *testing.T) {
			c := order(t, tt.flags)
			b, err := emitter.Emit(c)
			if err != nil {
				t.Fatal(err)
			}
			p := profile(t, b, c)
			if p.Bytes != len(b) || p.NoInk != "" || len(p.Functions) != len(c.Functions) {
				t.Errorf("got %d bytes, ink %q, functions %v", p.Bytes, p.NoInk, p.Functions)
			}
			for _, x := range p.Paths {
				reused := x.Path != "into freed memory" || c.Strategy != contract.Bump
				if absent := !reused || slices.Contains(tt.absent, x.Function+"/"+x.Path); absent != (x.Figures == nil) {
					t.Errorf("%s %s: absent %q", x.Function, x.Path, x.Absent)
				}
			}
			if tt.absent != nil {
				return
			}
			fast, grow := path(t, p, "alloc", "fast").Figures, path(t, p, "alloc", "grow").Figures
			if fast.Instructions >= grow.Instructions || fast.Fuel >= grow.Fuel || *fast.Ink >= *grow.Ink {
				t.Errorf("fast %+v is not below grow %+v", fast, grow)
			}
		})
	}
}

// TestMeasureMarks: what marks cost is the functions' own, whatever was allocated.
func TestMeasureMarks(t *testing.T) {
	c := order(t, "--abi=core,arena")
	b, err := emitter.Emit(c)
	if err != nil {
		t.Fatal(err)
	}
	p := profile(t, b, c)
	for _, tt := range []struct {
		function, path, call string
		ink                  uint64
	}{
		{"mark", "later", "mark()", 2450 + 225 + 1},
		{"release", "blocks since the mark", "release(mark)", 6811},
		{"release", "nothing since the mark", "release(mark)", 6811},
		{"reset", "two blocks", "reset()", 5121},
	} {
		x := path(t, p, tt.function, tt.path)
		if x.Call != tt.call || x.Figures == nil || *x.Figures.Ink != tt.ink {
			t.Errorf("%s, %s: got %+v %+v, want the call %s and %d ink", tt.function, tt.path, x, x.Figures, tt.call, tt.ink)
		}
	}
}

// TestMeasureMalloc: functions of C are metered with blocks of malloc,
// and marks beside them.
func TestMeasureMalloc(t *testing.T) {
	c := order(t, "--abi=c,arena --strategy=stack")
	b, err := emitter.Emit(c)
	if err != nil {
		t.Fatal(err)
	}
	p := profile(t, b, c)
	for _, tt := range []struct{ function, path, call string }{
		{"malloc", "into freed memory", "malloc(16)"},
		{"free", "newest block", "free(ptr)"},
		{"free", "older block", "free(ptr)"},
		{"calloc", "fast", "calloc(1, 16)"},
		{"realloc", "newest block in place", "realloc(ptr, 32)"},
		{"aligned_alloc", "failed grow", "aligned_alloc(8, 65536)"},
		{"release", "blocks since the mark", "release(mark)"},
	} {
		x := path(t, p, tt.function, tt.path)
		if x.Call != tt.call || x.Figures == nil || *x.Figures.Ink == 0 {
			t.Errorf("%s, %s: got %+v, want figures of %s", tt.function, tt.path, x, tt.call)
		}
	}
}

// bump moves every block that is resized and never looks for foreign pages. It
// has a float, too, which Stylus does not allow.
const bump = `(module (memory (export "memory") 1) (global $next (mut i32) (i32.const 1024))
	(func (export "alloc") (param $size i32) (param $align i32) (result i32)
		(drop (f32.const 1))
		(global.set $next (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
		(global.get $next)
		(global.set $next (i32.add (global.get $next) (local.get $size)))
		(if (i32.gt_u (global.get $next) (i32.mul (memory.size) (i32.const 65536)))
			(then (drop (memory.grow (i32.const 2))))))
	(func (export "realloc") (param $ptr i32) (param $old i32) (param $align i32) (param $size i32) (result i32)
		(if (i32.le_u (local.get $size) (local.get $old)) (then (return (local.get $ptr))))
		(if (i32.gt_u (local.get $size) (i32.const 1000)) (then unreachable))
		(global.get $next)
		(global.set $next (i32.add (global.get $next) (local.get $size)))))`

// TestOtherABIs: functions of another ABI than core and c are not metered.
func TestOtherABIs(t *testing.T) {
	for flags, want := range map[string]string{
		"--abi=cabi": "these are of cabi: meter a module that was made with one of them",
		"--abi=core,cabi --functions=cabi_realloc": "these are of core,cabi: meter a module",
	} {
		if _, err := cost.Measure(module(t, bump), order(t, flags)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", flags, err, want)
		}
	}
	if p := profile(t, module(t, bump), order(t, "--abi=core,cabi --functions=alloc,cabi_realloc")); len(p.Functions) != 1 {
		t.Errorf("got %+v, want alloc alone", p.Functions)
	}
}

// TestMeasureForeign: what a module does otherwise is told, not metered under
// a wrong name.
func TestMeasureForeign(t *testing.T) {
	p := profile(t, module(t, bump), order(t, "--functions=alloc,realloc"))
	if want := "func[0] offset 0x4f: f32.const is not allowed on stylus"; p.NoInk != want {
		t.Errorf("ink: got %q, want %q", p.NoInk, want)
	}
	for _, tt := range []struct{ function, path, absent string }{
		{"alloc", "fast", ""},
		{"alloc", "grow", ""},
		{"alloc", "failed grow", "the request was met"},
		{"alloc", "behind foreign pages", "the block covers a page that is not the allocator's"},
		{"realloc", "newest block in place", "the block moved"},
		{"realloc", "newest block in place, with growth", "the call trapped"},
		{"realloc", "moved", ""},
		{"realloc", "shrink", ""},
		{"realloc", "failed grow", ""},
	} {
		x := path(t, p, tt.function, tt.path)
		if x.Absent != tt.absent || (x.Figures == nil) != (tt.absent != "") {
			t.Errorf("%s %s: got %q, %v; want %q", tt.function, tt.path, x.Absent, x.Figures, tt.absent)
		}
	}
	x := path(t, p, "alloc", "fast")
	if f := x.Figures; f.Ink != nil || f.Gas != nil || f.Fuel != 19 || f.Instructions != 20 || x.Call != "alloc(16, 8)" {
		t.Errorf("alloc fast: got %+v", x)
	}
	if x := path(t, p, "realloc", "moved"); x.Call != "realloc(ptr, 16, 8, 32)" {
		t.Errorf("realloc: got %s", x.Call)
	}
}

func TestMeasureErrors(t *testing.T) {
	for _, tt := range []struct{ flags, wat, want string }{
		{"", `(module (memory (export "memory") 1))`, `"alloc"`},
		{"--functions=alloc", bump, ""},
		{"--functions=alloc --fixed-align=8", bump, `function "alloc": 2 parameters and 1 results, want 1 and 1`},
		{"--functions=alloc --memory-name=heap", bump, `memory "heap" not found`},
	} {
		_, err := cost.Measure(module(t, tt.wat), order(t, tt.flags))
		if tt.want == "" && err == nil {
			continue
		}
		if tt.want == "" || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.flags, err, tt.want)
		}
	}
	if _, err := cost.Measure([]byte("no module"), contract.Default()); err == nil {
		t.Error("bytes that are no module were metered")
	}
}
