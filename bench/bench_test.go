// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"bytes"
	"context"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/engine"
)

func generated(t testing.TB, flags string) Module {
	t.Helper()
	c, err := contract.Parse(flags)
	if err != nil {
		t.Fatal(err)
	}
	file, err := emitter.Emit(c)
	if err != nil {
		t.Fatal(err)
	}
	return Module{Name: strings.TrimSpace("genalloc " + flags), File: file, Contract: c}
}

// testdata reads a module from the folder of that name.
func testdata(t testing.TB, name string) Module {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".wat")
	if err != nil {
		t.Fatal(err)
	}
	file, err := engine.Assemble(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return Module{Name: name, File: file, Contract: contract.Default()}
}

func run(t testing.TB, o Options, modules ...Module) *Report {
	t.Helper()
	r, err := Run(context.Background(), modules, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// only is the standard workload of that name.
func only(name string) []Workload {
	for _, w := range Workloads() {
		if w.Name == name {
			return []Workload{w}
		}
	}
	panic("no workload " + name)
}

// TestEdgeSizes: the driver's edge_cases is the test that it is named after.
func TestEdgeSizes(t *testing.T) {
	sizes, err := edgeSizes(contract.MaxPages)
	if err != nil {
		t.Fatal(err)
	}
	var sum uint64
	for _, s := range sizes {
		sum += s
	}
	// As published, with a heap base of 8208. The third call takes what is left
	// of the first page; nothing else depends on the base.
	const published = 3_435_103_291
	if want := uint64(published + 8208 - 1024); len(sizes) != 82 || sum != want {
		t.Errorf("%d calls, %d bytes; want 82 and %d", len(sizes), sum, want)
	}
	r := run(t, Options{Workloads: only(edgeCases)}, generated(t, ""))
	if x := r.Modules[0].Result(edgeCases); x.Heap != sum || x.Live != sum || x.Note != "" {
		t.Errorf("a heap of %d bytes for %d, %q; want %d", x.Heap, x.Live, x.Note, sum)
	}
}

// TestEdgeSizesFail: without memory the error names the assertion, and wraps nothing.
func TestEdgeSizesFail(t *testing.T) {
	want := regexp.MustCompile(`^driver: edge_cases fails at assertion \d+$`)
	if _, err := edgeSizes(2); err == nil || !want.MatchString(err.Error()) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestFootprint: blocks that are given back are not live, and what an allocator hands out
// again does not add to its heap. Each workload says how many bytes are live at most.
func TestFootprint(t *testing.T) {
	modules := []Module{generated(t, "--abi=core,arena"), generated(t, "--abi=core,arena --strategy=stack --min-align=16"), generated(t, "--abi=c")}
	r := run(t, Options{}, modules...)
	for _, tt := range []struct {
		module   int
		workload string
		live     uint64
		most     float64 // heap bytes to live bytes
	}{
		{0, "fixed", 160_000, 1},
		{0, "pairs", 256, 6000},
		{0, "vec", 1 << 20, 1},
		{0, "phases", 9891, 1.1},
		{1, "pairs", 256, 1},
		{1, "lifo", 9891, 1.1},
		{1, "phases", 9891, 1.1},
		{2, "fixed", 160_000, 2},
		{2, "pairs", 256, 6000},
	} {
		x := r.Modules[tt.module].Result(tt.workload)
		ratio := float64(x.Heap) / float64(x.Live)
		if x.Live != tt.live || ratio < 1 || ratio > tt.most || tt.most > 1000 && ratio < 1000 {
			t.Errorf("%s, %s: %d heap bytes for %d, want %d and at most %v as many", r.Modules[tt.module].Name, tt.workload, x.Heap, x.Live, tt.live, tt.most)
		}
	}
}

// TestCalleeAlone: fuel and ink of modules whose functions are so plain that
// the figures can be computed by hand. The driver must not show in them.
func TestCalleeAlone(t *testing.T) {
	const header, entry = 2450, 1
	for _, tt := range []struct {
		module, workload string
		fuel, ink        float64
		absent           string
	}{
		// global.get twice, local.get, i32.add, global.set, end; entry.
		{"core", "fixed", entry + 5, header + 225 + 225 + 75 + 70 + 575 + 1, ""},
		{"core", "pairs", entry + 5 + entry, header + 225 + 225 + 75 + 70 + 575 + 1 + header + 1, ""},
		{"core", "zeroed", 0, 0, "no alloc_zeroed"},
		{"core", "vec", 0, 0, "no realloc"},
		// The same under C's names. calloc multiplies: local.get, i32.mul.
		{"c", "fixed", entry + 5, header + 225 + 225 + 75 + 70 + 575 + 1, ""},
		{"c", "zeroed", entry + 7, header + 225 + 225 + 75 + 75 + 160 + 70 + 575 + 1, ""},
		{"c", "pairs", entry + 5 + entry, header + 225 + 225 + 75 + 70 + 575 + 1 + header + 1, ""},
		{"c", "lifo", entry + 5 + entry, header + 225 + 225 + 75 + 70 + 575 + 1 + header + 1, ""},
		{"refuse", "fixed", 0, 0, "allocation or operation 3 is refused"},
		{"refuse", "pairs", 0, 0, "no dealloc"},
		{"refuse", "mebibyte", 0, 0, "it traps: unreachable"},
	} {
		r := run(t, Options{Workloads: only(tt.workload)}, testdata(t, tt.module))
		x := r.Modules[0].Result(tt.workload)
		if x.Absent != tt.absent {
			t.Errorf("%s, %s: absent %q, want %q", tt.module, tt.workload, x.Absent, tt.absent)
			continue
		}
		if tt.absent == "" && (*x.Fuel != tt.fuel || *x.Ink != tt.ink) {
			t.Errorf("%s, %s: fuel %v, ink %v; want %v, %v", tt.module, tt.workload, *x.Fuel, *x.Ink, tt.fuel, tt.ink)
		}
	}
}

// TestRunModules: modules with other names, imports and parameters do the same
// work, and one that Stylus does not allow does it without ink.
func TestRunModules(t *testing.T) {
	modules := []Module{
		generated(t, ""),
		generated(t, `--export='alloc="x' --memory-name=heap`),
		generated(t, "--memory=import --heap-base=import:env.__heap_base"),
		generated(t, "--fixed-align=16"),
		testdata(t, "float"),
	}
	trace, err := Trace("little", strings.NewReader("Alloc(100),\nAlloc(0),\nFree(0),\nFree(0),\nAlloc(70000)\nFree(2),\n"))
	if err != nil {
		t.Fatal(err)
	}
	workloads := slices.Concat(only("fixed"), only("vec"), only(edgeCases), trace)
	r := run(t, Options{Workloads: workloads, Rounds: 1}, modules...)
	for _, m := range r.Modules {
		for _, x := range m.Results {
			if m.Name == "float" && x.Workload != "fixed" {
				continue // it has no other function and little memory
			}
			if x.Absent != "" || x.Fuel == nil || x.Heap < x.Live || x.Live == 0 || x.Untouched == nil || x.Touched == nil {
				t.Errorf("%s, %s: %+v", m.Name, x.Workload, x)
			}
			if (x.Ink == nil) != (m.Name == "float") {
				t.Errorf("%s, %s: ink %v", m.Name, x.Workload, x.Ink)
			}
			if replayed := strings.HasPrefix(x.Note, "the same sizes replayed: the test itself wants "); replayed != (x.Workload == edgeCases && m.Name == "genalloc --fixed-align=16") {
				t.Errorf("%s, %s: note %q", m.Name, x.Workload, x.Note)
			}
		}
	}
	if !reflect.DeepEqual(figuresOf(&r.Modules[0]), figuresOf(&r.Modules[1])) {
		t.Errorf("%s differs from the default though its code does not", r.Modules[1].Name)
	}
	float := r.Modules[len(modules)-1]
	if want := "func[0] offset 0x3c: f32.const is not allowed on stylus"; float.InkAbsent != want {
		t.Errorf("%s: ink absent: got %q, want %q", float.Name, float.InkAbsent, want)
	}
}

// figuresOf are a module's deterministic figures.
func figuresOf(m *Measured) map[string][3]float64 {
	all := map[string][3]float64{}
	for _, x := range m.Results {
		all[x.Workload] = [3]float64{*x.Fuel, *x.Ink, float64(x.Heap)}
	}
	return all
}

func TestRunErrors(t *testing.T) {
	nothing, err := engine.Assemble(`(module (memory (export "memory") 1))`)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		m    Module
		want string
	}{
		{Module{Name: "a", File: []byte("no module"), Contract: contract.Default()}, "a: "},
		{Module{Name: "b", File: nothing, Contract: contract.Default()}, "b: " + errNoAllocator.Error()},
	} {
		if _, err := Run(context.Background(), []Module{tt.m}, Options{}); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	endless, err := engine.Assemble(`(module (memory (export "memory") 1)
		(func (export "alloc") (param i32 i32) (result i32) (loop (br 0)) (i32.const 0)))`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Run(context.Background(), []Module{{Name: "e", File: endless, Contract: contract.Default()}}, Options{})
	if want := "e: alloc: " + string(engine.Endless); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, []Module{testdata(t, "core")}, Options{}); err == nil {
		t.Error("a cancelled run went on")
	}
}

func TestTraceErrors(t *testing.T) {
	const want = "trace line 3: allocation 1 is not made by any line above"
	if _, err := Trace("x", strings.NewReader("Alloc(1),\n\nFree(1),")); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestTraceOperations: every operation of a trace is replayed, blocks end when they do in
// the trace, and what a module has no function for is said.
func TestTraceOperations(t *testing.T) {
	const text = "genalloc trace 1\nmemory 1 1024\nphase start\nalloc 100 8\nmark\nzero 1000 16\nresize 1 5000\ngrow 3\n" +
		"alloc 50 1\nrelease 0\nalloc 30 4\nresize 0 10\nfree 0\nfree 0\nresize 0 5\nreset\nalloc 70000 32\n"
	traces, err := Trace("all", strings.NewReader(text))
	if err != nil || len(traces) != 1 {
		t.Fatalf("%d workloads, %v", len(traces), err)
	}
	r := run(t, Options{Workloads: traces, Rounds: 1}, generated(t, "--strategy=stack --abi=core,arena"), generated(t, ""), generated(t, "--abi=c,arena"))
	if x := r.Modules[0].Results[0]; x.Absent != "" || x.Note != "" || x.Live != 70000 || x.Heap < 70000+3*contract.PageSize || x.Untouched == nil {
		t.Errorf("%+v", x)
	}
	for i, want := range []string{1: "no mark", 2: ""} {
		if got := r.Modules[i].Results[0].Absent; got != want {
			t.Errorf("%s: %q, want %q", r.Modules[i].Name, got, want)
		}
	}
	if _, err := Trace("none", strings.NewReader("genalloc trace 1\nphase start\n")); err == nil {
		t.Error("a trace without operations is replayed")
	}
}

// TestC: a module is called by C's functions, under the names that its contract
// gives them, whatever else the contract has.
func TestC(t *testing.T) {
	for _, flags := range []string{"--abi=c", "--abi=c --export=malloc=get", "--abi=c,cabi --functions=malloc,free,calloc,realloc,cabi_realloc"} {
		r := run(t, Options{Workloads: Workloads()[:7]}, generated(t, flags))
		for _, x := range r.Modules[0].Results {
			if x.Absent != "" {
				t.Errorf("%s, %s: %s", flags, x.Workload, x.Absent)
			}
		}
	}
}

// TestSaved: a report survives its JSON, and shows in another as recorded.
func TestSaved(t *testing.T) {
	r := run(t, Options{Workloads: only("fixed"), Rounds: 1}, testdata(t, "core"))
	var saved bytes.Buffer
	if err := r.WriteJSON(&saved); err != nil {
		t.Fatal(err)
	}
	text := saved.String()
	again, err := Read(&saved)
	if err != nil {
		t.Fatal(err)
	}
	var twice bytes.Buffer
	if err := again.WriteJSON(&twice); err != nil || twice.String() != text {
		t.Errorf("the report changed: %v\n%s", err, twice.String())
	}
	if err := r.Add(strings.NewReader(text), "before.json"); err != nil {
		t.Fatal(err)
	}
	if m := r.Modules[1]; m.Source != "before.json" || m.Result("fixed").Fuel == nil || m.Result("fixed").Touched != nil {
		t.Errorf("recorded: got %+v", m)
	}
	for _, text := range []string{"", "{}", `{"modules": 1}`, `{"other": 1}`} {
		if err := r.Add(strings.NewReader(text), "x.json"); err == nil {
			t.Errorf("%q was taken for a report", text)
		}
	}
}

// TestRounds: the page says how many rounds a time comes from.
func TestRounds(t *testing.T) {
	for rounds, want := range map[int]string{0: "Time includes the loop and the call. ", 1: "is that of one round with", 3: "is the median of 3 rounds with"} {
		var page bytes.Buffer
		if err := (&Report{Rounds: rounds}).WriteHTML(&page); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page.String(), want) {
			t.Errorf("%d rounds: %q is not on the page", rounds, want)
		}
	}
}

// TestRendered: every figure of the table is on the page, and names that come
// from outside cannot leave their place in it.
func TestRendered(t *testing.T) {
	m := testdata(t, "core")
	m.Name = `<script>"&`
	workloads := append(only("fixed"), only("zeroed")...)
	r := run(t, Options{Workloads: workloads}, m, generated(t, ""))
	var table, page, svg bytes.Buffer
	if err := r.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteSVG(&svg, "fixed"); err != nil {
		t.Fatal(err)
	}
	for _, rendered := range []string{page.String(), svg.String()} {
		if strings.Contains(rendered, "<script>") || !strings.Contains(rendered, "&lt;script&gt;") {
			t.Error("a module's name is not escaped")
		}
		if strings.Contains(rendered, "ZgotmplZ") {
			t.Error("a template wrote a value where html/template does not trust it")
		}
	}
	for _, want := range []string{number(r.Modules[1].Result("fixed").Ink), "no alloc_zeroed"} {
		if !strings.Contains(table.String(), want) || !strings.Contains(page.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if err := r.WriteSVG(&svg, "nothing"); err == nil {
		t.Error("a chart of no workload was drawn")
	}
}
