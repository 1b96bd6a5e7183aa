package weft_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"hash/fnv"
	"io/fs"
	"os"
	"testing"
	"time"

	"weft"
	"weft/internal/generate"
	"weft/wasm"
)

var across = flag.String("across", "",
	"the file with which TestAcross compares what generated modules do; it is written if it is not there")

// An account is what a generated module has done, for another process.
type account struct {
	Seed    uint64
	Entries []uint64 // hashes
	Calls   int
	Stopped bool
}

// TestAcross compares generated modules across processors, of which one may be emulated: that is too slow for the
// interpreter beside it. One process writes what modules do in the interpreter, once it is sure of its own machine
// code, and the other compares.
//
//	go test . -run TestAcross -across /tmp/accounts -modules 20000 -seed 1000 -timeout 1h
//	GOARCH=arm64 go test -exec qemu-aarch64-static . -run TestAcross -across /tmp/accounts -timeout 5h -v
func TestAcross(t *testing.T) {
	if *across == "" {
		t.Skip("-across names no file")
	}
	if !hasNative() {
		t.Skip("there is one executor on this platform")
	}
	file, err := os.Open(*across)
	if errors.Is(err, fs.ErrNotExist) {
		writeAccounts(t)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	native := enginesAcross(t, weft.Native)
	compared, stopped := 0, 0
	for lines := bufio.NewScanner(file); lines.Scan(); compared++ {
		var want account
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		source := sourceAcross(want.Seed)
		got := accountOf(want.Seed, runAcross(t, native[want.Seed%2], source, want.Calls))
		if got.Stopped || want.Stopped {
			stopped++
		}
		if !got.agrees(&want) {
			t.Errorf("seed %d: another outcome: %+v, want %+v\n%s", want.Seed, got, want, source)
		}
	}
	t.Logf("%d modules compared, %d of them in part", compared, stopped)
	if compared == 0 || stopped > compared/5 {
		t.Error("too few")
	}
}

// agrees reports whether two accounts are the same as far as both go.
func (a *account) agrees(want *account) bool {
	for i := range max(len(a.Entries), len(want.Entries)) {
		switch {
		case i >= len(want.Entries):
			return want.Stopped
		case i >= len(a.Entries):
			return a.Stopped
		case a.Entries[i] != want.Entries[i]:
			return false
		}
	}
	return true
}

// writeAccounts writes what modules do.
func writeAccounts(t *testing.T) {
	file, err := os.Create(*across)
	if err != nil {
		t.Fatal(err)
	}
	out := json.NewEncoder(file)
	native, reference := enginesAcross(t, weft.Native), enginesAcross(t, weft.Interpreter)
	for s := *seed; s < *seed+uint64(*modules); s++ {
		source := sourceAcross(s)
		want := runAcross(t, reference[s%2], source, 0)
		if d := difference(want, runAcross(t, native[s%2], source, want.calls)); d != "" {
			t.Errorf("seed %d: %s\n%s", s, d, source)
		}
		if err := out.Encode(accountOf(s, want)); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// enginesAcross returns engines for modules of even seeds and of odd ones.
func enginesAcross(t *testing.T, executor weft.Executor) (engines [2]*weft.Engine) {
	for i, noSignals := range []bool{false, true} {
		c := weft.NewConfig().WithFeatures(wasm.AllFeatures).WithExecutor(executor)
		if executor == weft.Native {
			c = c.WithNativeOptions(weft.NativeOptions{NoSignals: noSignals})
		}
		var err error
		if engines[i], err = weft.NewEngine(c); err != nil {
			t.Fatal(err)
		}
	}
	return engines
}

// sourceAcross returns the module of a seed.
func sourceAcross(seed uint64) string {
	return generate.Module(choicesOf(seed, 0, 3000), wasm.AllFeatures)
}

func runAcross(t *testing.T, engine *weft.Engine, source string, calls int) record {
	return execute(t, compileWith(t, engine, []byte(source)), execution{deadline: 10 * time.Second, calls: calls})
}

func accountOf(seed uint64, r record) account {
	a := account{Seed: seed, Calls: r.calls, Stopped: r.stopped}
	for _, entry := range r.entries {
		h := fnv.New64a()
		_, _ = h.Write([]byte(entry))
		a.Entries = append(a.Entries, h.Sum64())
	}
	return a
}
