package weft_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"weft"
)

// divideTrap lets the functions of internal/dwarf/testdata/divide.c, compiled, divide by
// zero.
func divideTrap(t *testing.T, module []byte) *weft.Trap {
	t.Helper()
	store, in := open(string(module), func(*weft.Linker) error { return nil })
	t.Cleanup(store.Close)
	var trap *weft.Trap
	if _, err := in.Func("outer").Call(context.Background(), weft.I32(3), weft.I32(0)); !errors.As(err, &trap) {
		t.Fatalf("outer: %v", err)
	}
	return trap
}

// TestSource checks what a trap says of modules with debug information: the calls
// that the compiler has inlined are there, too.
func TestSource(t *testing.T) {
	for _, file := range []string{"divide-dwarf4-O0", "divide-dwarf4-O2", "divide-dwarf5-O0", "divide-dwarf5-O2"} {
		module, err := os.ReadFile("internal/dwarf/testdata/" + file + ".wasm")
		if err != nil {
			t.Fatal(err)
		}
		checkDivide(t, file, divideTrap(t, module))
	}
}

// TestSourceOfCompiler does the same with what the machine's C compiler makes.
func TestSourceOfCompiler(t *testing.T) {
	clang, err := exec.LookPath("clang")
	if err != nil {
		t.Skip("there is no clang")
	}
	if _, err := exec.LookPath("wasm-ld"); err != nil {
		t.Skip("there is no wasm-ld")
	}
	for _, level := range []string{"-O0", "-O1", "-O2", "-Os"} {
		object, out := filepath.Join(t.TempDir(), "divide.o"), filepath.Join(t.TempDir(), "divide.wasm")
		for _, args := range [][]string{
			{"-g", level, "-c", "-o", object, "internal/dwarf/testdata/divide.c"},
			// Where there is a wasm-opt, clang runs it behind the linker, unless it is told no level there; then all that
			// -g has brought is gone.
			{"-nostdlib", "-Wl,--no-entry", "-o", out, object},
		} {
			if b, err := exec.Command(clang, append(args, "--target=wasm32")...).CombinedOutput(); err != nil {
				t.Fatalf("clang: %v: %s", err, b)
			}
		}
		module, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		checkDivide(t, "clang "+level, divideTrap(t, module))
	}
}

// checkDivide expects the calls from divide out to outer, in frames of their own or
// inlined.
func checkDivide(t *testing.T, what string, trap *weft.Trap) {
	t.Helper()
	var got []string
	for i := range trap.Stack.Frames {
		f := &trap.Stack.Frames[i]
		for _, p := range f.Source() {
			name := p.Func
			if name == "" {
				name = f.FuncName
			}
			if filepath.Base(p.File) != "divide.c" {
				t.Errorf("%s: %s is in %s", what, name, p.File)
			}
			got = append(got, fmt.Sprintf("%s:%d", name, p.Line))
		}
	}
	if s := strings.Join(got, " "); s != "divide:4 twice:8 middle:13 outer:17" {
		t.Errorf("%s: the calls are %s\n%s", what, s, trap)
	}
	if text := trap.Error(); !strings.Contains(text, "divide.c:4:14") {
		t.Errorf("%s: the error is %s", what, text)
	}
}
