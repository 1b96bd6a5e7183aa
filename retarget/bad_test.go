package retarget_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"weft/retarget"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// TestOthers gives modules that Go has not made, and such that are none.
func TestOthers(t *testing.T) {
	files, err := filepath.Glob("../examples/*.wat")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		m, err := text.Parse(read(t, file), wasm.DefaultFeatures)
		check(t, err)
		if _, _, err := retarget.Module(binary.Encode(m), retarget.Options{}); !errors.Is(err, retarget.ErrUnknown) {
			t.Errorf("%s: %v", file, err)
		}
	}
	producers := func(field, name, version string) []byte {
		b := wasm.AppendName([]byte{1}, field)
		b = wasm.AppendName(append(b, 1), name)
		return binary.Encode(&wasm.Module{DataCount: -1, Customs: []wasm.Custom{{Name: "producers", Data: wasm.AppendName(b, version)}}})
	}
	var e *wasm.Error
	if _, _, err := retarget.Module([]byte("\x00asm"), retarget.Options{}); !errors.As(err, &e) {
		t.Errorf("no module: %v", err)
	}
	for _, c := range []struct {
		source []byte
		want   string
	}{
		{producers("processed-by", "clang", "19"), "no known compiler"},
		{producers("language", "Go cmd/compile", "go1.26"), "no known compiler"},
		{producers("processed-by", "Go cmd/compile", "go1.28.1"), "the program is of go1.28.1; known are go1.24 to go1.27"},
		{producers("processed-by", "Go cmd/compile", "devel +abc"), "the program is of devel +abc"},
		{producers("processed-by", "Go cmd/compile", "go1.26.8"), "expected 8 globals"},
		{binary.Encode(&wasm.Module{DataCount: -1, Customs: []wasm.Custom{{Name: "producers", Data: []byte{200, 1, 5}}}}), "no known compiler"},
	} {
		if _, _, err := retarget.Module(c.source, retarget.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// TestDamaged changes a program of Go in ways that make it another one, and cuts it off.
func TestDamaged(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program")
	}
	source, err := hello()
	check(t, err)
	for n := 0; n < len(source); n += len(source)/200 + 1 {
		if _, _, err := retarget.Module(source[:n], retarget.Options{}); err == nil {
			t.Errorf("the first %d bytes are no module", n)
		}
	}
	for _, c := range []struct {
		name   string
		change func(m *wasm.Module)
		want   string
	}{
		{"twice", func(m *wasm.Module) {
			again, err := binary.Decode(retargeted(t, source), wasm.DefaultFeatures)
			check(t, err)
			*m = *again
		}, "expected 8 globals"},
		{"global", func(m *wasm.Module) { m.Globals[2].Type.Mutable = false }, "expected that global 2 is a variable of type i64"},
		{"type", func(m *wasm.Module) { m.Types[0].Comp.Func.Results = nil }, "expected that type 0"},
		{"table", func(m *wasm.Module) { f := m.Elems[0].Funcs; f[7], f[8] = f[8], f[7] }, "in order, found function"},
		{"no names", func(m *wasm.Module) {
			for i := range m.Datas {
				m.Datas[i].Bytes = bytes.ReplaceAll(m.Datas[i].Bytes, []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}, make([]byte, 8))
			}
		}, "no table of functions"},
		{"name of gogo", func(m *wasm.Module) { rename(m, "runtime.gogo", "runtime.gaga") }, "expected the function runtime.gogo"},
		{"body of gogo", func(m *wasm.Module) { f := find(m, "runtime.gogo"); f.Body[len(f.Body)-8]++ }, "(runtime.gogo), offset"},
		{"unknown function", func(m *wasm.Module) { rename(m, "gcWriteBarrier", "gcWriteBarrieR") }, "expected the type of a Go function"},
	} {
		m, err := binary.Decode(bytes.Clone(source), wasm.DefaultFeatures)
		check(t, err)
		c.change(m)
		_, _, err = retarget.Module(binary.Encode(m), retarget.Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// rename changes a name in the data, where Go's table of functions has it.
func rename(m *wasm.Module, from, to string) {
	for i := range m.Datas {
		m.Datas[i].Bytes = bytes.ReplaceAll(m.Datas[i].Bytes, []byte("\x00"+from+"\x00"), []byte("\x00"+to+"\x00"))
	}
}

func find(m *wasm.Module, name string) *wasm.Func {
	for i, n := range m.Names.Funcs {
		if n == name {
			return &m.Funcs[int(i)-m.NumImports(wasm.ExternFunc)]
		}
	}
	return nil
}

// TestJS refuses a program for a browser.
func TestJS(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program")
	}
	file, out := filepath.Join(t.TempDir(), "x.go"), filepath.Join(t.TempDir(), "x.wasm")
	check(t, os.WriteFile(file, []byte("package main\n\nfunc main() {}\n"), 0o666))
	cmd := exec.Command("go", "build", "-o", out, file)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	_, _, err := retarget.Module(read(t, out), retarget.Options{})
	var refusal *retarget.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(err.Error(), "the program is for GOOS=js") {
		t.Error(err)
	}
}

// TestSections checks what becomes of names and of the sections that tools read.
func TestSections(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program")
	}
	source, err := hello()
	check(t, err)
	m, err := binary.Decode(source, wasm.DefaultFeatures)
	check(t, err)
	m.Customs = append(m.Customs, wasm.Custom{Name: ".debug_line", After: wasm.SectionData},
		wasm.Custom{Name: wasm.BranchHintSection, Data: []byte{0}, After: wasm.SectionDataCount})
	out, report, err := retarget.Module(binary.Encode(m), retarget.Options{Check: true})
	check(t, err)
	after, err := binary.Decode(out, wasm.DefaultFeatures)
	check(t, err)
	if len(report.Dropped) != 1 || report.Dropped[0] != ".debug_line" {
		t.Errorf("dropped: %v", report.Dropped)
	}
	var kept []string
	for _, c := range after.Customs {
		kept = append(kept, c.Name)
	}
	if strings.Join(kept, " ") != "go:buildid metadata.code.branch_hint producers" || len(after.BranchHints()) == 0 {
		t.Errorf("kept: %v", kept)
	}
	// The result does not depend on which function is written behind which.
	before := runtime.GOMAXPROCS(1)
	again, _, err := retarget.Module(binary.Encode(m), retarget.Options{})
	runtime.GOMAXPROCS(before)
	check(t, err)
	if !bytes.Equal(out, again) {
		t.Error("with one worker another module is made")
	}
	// All hints are of branches: otherwise the section is printed as it is.
	var printed strings.Builder
	check(t, text.Print(&printed, after))
	for _, want := range []string{`(@metadata.code.branch_hint "\00") if`, `(@metadata.code.branch_hint "\01") br_if`} {
		if !strings.Contains(printed.String(), want) {
			t.Errorf("%s is not in the text", want)
		}
	}
	for i, name := range m.Names.Funcs {
		if after.Names.Funcs[i] != name {
			t.Errorf("function %d was %s and is %s", i, name, after.Names.Funcs[i])
		}
	}
	for i := range after.Funcs {
		if i := uint32(i + after.NumImports(wasm.ExternFunc)); after.Names.Funcs[i] == "" {
			t.Errorf("function %d has no name", i)
		}
	}
}

// BenchmarkModule retargets a small program; MB/s are of what goes in.
func BenchmarkModule(b *testing.B) {
	source, err := hello()
	check(b, err)
	for _, proof := range []bool{false, true} {
		b.Run(map[bool]string{false: "plain", true: "check"}[proof], func(b *testing.B) {
			b.SetBytes(int64(len(source)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := retarget.Module(source, retarget.Options{Check: proof}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
