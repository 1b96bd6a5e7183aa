//go:build linux && (amd64 || arm64)

package wast_test

import (
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weft"
	"weft/internal/wast"
)

// TestCorpusNative runs the corpus on machine code.
func TestCorpusNative(t *testing.T) {
	for name, options := range map[string]weft.NativeOptions{
		"signals":    {},
		"no signals": {NoSignals: true},
		"checks":     {BoundsChecks: true, Fuel: true},
		"polls":      {Polls: true},
		"baseline":   {Baseline: true},
		"tiers":      {InterpretFirst: true, HotAfter: 20},
		// Stacks grow all the time, and every 100 microseconds all threads are stopped wherever
		// they are.
		"stress": {SmallStacks: true},
	} {
		t.Run(name, func(t *testing.T) {
			if options.SmallStacks {
				stop := interruptAlways()
				defer stop()
			}
			var modules census
			runCorpus(t, &wast.Runner{Timeout: 2 * time.Minute, CollectAlways: options.NoSignals, Executor: weft.Native,
				Native: options, Compiled: modules.count})
			modules.report(t)
			if modules.native == 0 || modules.interpreted > 0 {
				t.Errorf("%d modules were native, %d interpreted: this tests something else", modules.native, modules.interpreted)
			}
		})
	}
}

// TestScriptsNative runs our own scripts on machine code.
func TestScriptsNative(t *testing.T) {
	for name, options := range map[string]weft.NativeOptions{
		"signals":      {},
		"checks":       {BoundsChecks: true, Fuel: true},
		"baseline":     {Baseline: true, Polls: true},
		"tiers":        {InterpretFirst: true, HotAfter: 2},
		"small stacks": {SmallStacks: true, NoSignals: true},
		"cold":         {SmallStacks: true, InterpretFirst: true, HotAfter: 1 << 29},
	} {
		t.Run(name, func(t *testing.T) {
			var modules census
			runScripts(t, &wast.Runner{Executor: weft.Native, Native: options, CollectAlways: options.SmallStacks, Compiled: modules.count})
			modules.report(t)
			if modules.native == 0 || modules.interpreted > 0 {
				t.Errorf("%d modules were native, %d interpreted: this tests something else", modules.native, modules.interpreted)
			}
		})
	}
}

// interruptAlways stops the world again and again, until stop.
func interruptAlways() (stop func()) {
	var group sync.WaitGroup
	end := make(chan struct{})
	group.Go(func() {
		var stats runtime.MemStats
		for {
			select {
			case <-end:
				return
			case <-time.After(100 * time.Microsecond):
				runtime.ReadMemStats(&stats)
			}
		}
	})
	return func() { close(end); group.Wait() }
}

// A census counts modules by how they are executed.
type census struct {
	mu                  sync.Mutex
	native, interpreted int
	reasons             map[string]int
}

func (c *census) count(m *weft.Module) {
	c.mu.Lock()
	defer c.mu.Unlock()
	why := m.Interpreted()
	if why == nil {
		c.native++
		return
	}
	c.interpreted++
	if c.reasons == nil {
		c.reasons = map[string]int{}
	}
	_, reason, _ := strings.Cut(why.Error(), ": ")
	c.reasons[reason]++
}

func (c *census) report(t *testing.T) {
	t.Logf("%d modules were native, %d interpreted", c.native, c.interpreted)
	for _, reason := range slices.Sorted(maps.Keys(c.reasons)) {
		t.Logf("interpreted %d: %s", c.reasons[reason], reason)
		if !strings.HasPrefix(reason, "the compiler does not support ") {
			t.Errorf("the compiler has failed: %s", reason)
		}
	}
}
