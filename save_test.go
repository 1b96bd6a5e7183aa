package weft_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// savedMagicLen is where the checksum of a saved module begins; its key follows.
const savedMagicLen = len("weft module 1\n")

// constant is what the saved program returns. In the module it is a LEB128 number, in machine code these four bytes.
const constant = 0x11223344

const savedProgram = `(module $saved
  (func (export "constant") (result i32) (i32.const 0x11223344))
  (func $fails (export "fails") (unreachable))
  (func (export "unused") (param i64) (result i64) (i64.mul (local.get 0) (i64.const 3))))`

func save(t *testing.T, m *weft.Module) []byte {
	t.Helper()
	saved, err := m.Save()
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// sealed returns a saved module with the checksum that it should have.
func sealed(saved []byte) []byte {
	sum := sha256.Sum256(saved[savedMagicLen+sha256.Size:])
	return append(append(bytes.Clone(saved[:savedMagicLen]), sum[:]...), saved[savedMagicLen+sha256.Size:]...)
}

// constantOf instantiates a module and returns what it says.
func constantOf(t *testing.T, m *weft.Module) uint32 {
	t.Helper()
	store, err := m.Engine().NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	instance, err := weft.NewLinker(store).Instantiate(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	var trap *weft.Trap
	if _, err := instance.Func("fails").Call(context.Background()); !errors.As(err, &trap) ||
		!strings.Contains(trap.Stack.String(), "saved.fails") {
		t.Errorf("the trap is %v", err)
	}
	return uint32(call(t, instance, "constant")[0].I32())
}

// TestSave loads what was saved: where it can be used as it is, and where it cannot.
func TestSave(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		for name, source := range map[string][]byte{"text": []byte(savedProgram), "binary": encodeText(t, savedProgram)} {
			saved := save(t, compileWith(t, engine, source))
			if !weft.IsSaved(saved) || weft.IsSaved(source) {
				t.Errorf("%s: saved modules are not told from others", name)
			}
			if again := save(t, compileWith(t, engine, source)); !bytes.Equal(again, saved) {
				t.Errorf("%s: another time other bytes are saved", name)
			}
			loaded, err := engine.Load(saved)
			if err != nil || !loaded.Precompiled() || constantOf(t, loaded) != constant {
				t.Fatalf("%s: loaded %v, %v", name, loaded, err)
			}
			if again := save(t, loaded); !bytes.Equal(again, saved) {
				t.Errorf("%s: what was loaded is saved otherwise", name)
			}
		}
		saved := save(t, compileWith(t, engine, []byte(savedProgram)))
		other := bytes.Clone(saved)
		other[savedMagicLen+sha256.Size]++ // in the key: another build
		loaded, err := engine.Load(sealed(other))
		if err != nil || loaded.Precompiled() || constantOf(t, loaded) != constant {
			t.Errorf("of another build: loaded %v, %v", loaded, err)
		}
		loaded, err = engineWith(t, wasm.DefaultFeatures&^wasm.Threads).Load(saved)
		if err != nil || loaded.Precompiled() || constantOf(t, loaded) != constant {
			t.Errorf("with other features: loaded %v, %v", loaded, err)
		}
	})
}

// TestSavedCode changes a number in machine code that was saved, which shows where it is executed and where not.
func TestSavedCode(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("elsewhere a number in machine code is spread over several instructions")
	}
	engineOf := func(o weft.NativeOptions) *weft.Engine {
		engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(o))
		if err != nil {
			t.Skip(err)
		}
		return engine
	}
	const changed = 0x55667788
	saved := save(t, compileWith(t, engineOf(weft.NativeOptions{}), []byte(savedProgram)))
	was, is := binary.LittleEndian.AppendUint32(nil, constant), binary.LittleEndian.AppendUint32(nil, changed)
	if n := bytes.Count(saved, was); n != 1 {
		t.Fatalf("the number is in the code %d times", n)
	}
	saved = sealed(bytes.Replace(saved, was, is, 1))
	for name, c := range map[string]struct {
		options weft.NativeOptions
		used    bool
	}{
		"the same":        {weft.NativeOptions{}, true},
		"eager":           {weft.NativeOptions{Eager: true}, true},
		"interpret first": {weft.NativeOptions{InterpretFirst: true}, true},
		"bounds checks":   {weft.NativeOptions{BoundsChecks: true}, false},
		"fuel":            {weft.NativeOptions{Fuel: true}, false},
	} {
		m, err := engineOf(c.options).Load(saved)
		if err != nil {
			t.Fatal(err)
		}
		want := uint32(constant)
		if c.used {
			want = changed
		}
		if got := constantOf(t, m); got != want || m.Precompiled() != c.used {
			t.Errorf("%s: %#x, precompiled %v", name, got, m.Precompiled())
		}
	}
}

// TestLoadDamaged loads what is not whole: an error says so, and nothing is executed.
func TestLoadDamaged(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		saved := save(t, compileWith(t, engine, []byte(savedProgram)))
		for i := range saved {
			damaged := bytes.Clone(saved)
			damaged[i] ^= 0x10
			for _, b := range [][]byte{damaged, saved[:i]} {
				if _, err := engine.Load(b); err == nil {
					t.Fatalf("of %d bytes, %d were saved and byte %d was changed: no error", len(b), len(saved), i)
				}
			}
		}
		// With the right checksum, so that the lengths in it matter.
		for i := savedMagicLen + sha256.Size; i < len(saved); i++ {
			if m, err := engine.Load(sealed(saved[:i])); err == nil && m.Precompiled() && i < savedMagicLen+2*sha256.Size {
				t.Fatalf("the first %d bytes are a module", i)
			}
		}
		if _, err := engine.Load(nil); err == nil || !strings.Contains(err.Error(), "no saved module") {
			t.Errorf("nothing is loaded: %v", err)
		}
	})
	if _, err := (*weft.Module)(nil).Save(); err == nil {
		t.Error("no module is saved")
	}
}

// TestCompileFile compiles files: text, binary, what was saved, one that is invalid, and none.
func TestCompileFile(t *testing.T) {
	engine := engineWith(t, wasm.DefaultFeatures)
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"text.wat": []byte(savedProgram), "binary.wasm": encodeText(t, savedProgram),
		"saved.weft": save(t, compileWith(t, engine, []byte(savedProgram))),
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := engine.CompileFile(file)
		if err != nil || constantOf(t, m) != constant || m.Precompiled() != (name == "saved.weft") {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := filepath.Join(dir, "bad.wat")
	if err := os.WriteFile(bad, []byte("(module (func (result i32)))"), 0o600); err != nil {
		t.Fatal(err)
	}
	var invalid *wasm.Error
	if _, err := engine.CompileFile(bad); !errors.As(err, &invalid) || !strings.Contains(err.Error(), "bad.wat") {
		t.Errorf("error %v", err)
	}
	if _, err := engine.CompileFile(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}
