package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// TestDelayCollector checks that Go's collector works as before once it has begun, and that the environment
// counts more.
func TestDelayCollector(t *testing.T) {
	percent := func() int {
		now := debug.SetGCPercent(-1)
		debug.SetGCPercent(now)
		return now
	}
	limit := func() int64 { return debug.SetMemoryLimit(-1) }
	usualPercent, usualLimit := percent(), limit()

	t.Setenv("GOGC", "50")
	delayCollector()
	if percent() != usualPercent || limit() != usualLimit {
		t.Fatal("the environment was not obeyed")
	}
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	delayCollector()
	if percent() != -1 || limit() != firstCollection {
		t.Fatalf("the collector is not delayed: %d%%, %d bytes", percent(), limit())
	}
	runtime.GC()
	for range 1000 {
		if limit() == usualLimit {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if percent() != usualPercent || limit() != usualLimit {
		t.Fatalf("the collector stays delayed: %d%%, %d bytes", percent(), limit())
	}
}
