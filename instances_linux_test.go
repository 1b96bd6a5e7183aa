package weft_test

import (
	"bytes"
	"flag"
	"os"
	"runtime/debug"
	"testing"

	"weft"
)

var manyInstances = flag.Int("instances", 3000, "how many instances TestInstances makes one after the other")

// TestInstances makes and closes instances: nothing of them may be left, neither mappings nor
// memory.
func TestInstances(t *testing.T) {
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Native} {
		engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor))
		if err != nil {
			t.Log(err)
			continue
		}
		module, err := engine.Compile([]byte(instanceSource))
		if err != nil {
			t.Fatal(err)
		}
		make := func(n int) {
			for range n {
				if err := useInstance(engine, module); err != nil {
					t.Fatal(err)
				}
			}
		}
		make(300)
		mappings, resident := usage(t)
		make(*manyInstances)
		mappingsNow, residentNow := usage(t)
		// Go's heap has mappings and memory of its own.
		if mappingsNow > mappings+20 {
			t.Errorf("there were %d mappings, there are %d", mappings, mappingsNow)
		}
		if residentNow > resident+32<<20 {
			t.Errorf("%d bytes were resident, %d are", resident, residentNow)
		}
		t.Logf("executor %d: %d mappings, then %d; %d KiB resident, then %d", executor, mappings, mappingsNow, resident>>10, residentNow>>10)
	}
}

// usage returns how many mappings the process has, and its memory.
func usage(t *testing.T) (mappings, resident int) {
	t.Helper()
	debug.FreeOSMemory() // what Go keeps for its heap is not ours
	maps, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		t.Skip(err)
	}
	_, rest, _ := bytes.Cut(maps, []byte("Rss:"))
	for _, field := range bytes.Fields(rest)[:1] {
		for _, digit := range field {
			resident = resident*10 + int(digit-'0')
		}
	}
	if maps, err = os.ReadFile("/proc/self/maps"); err != nil {
		t.Skip(err)
	}
	return bytes.Count(maps, []byte("\n")), resident << 10
}
