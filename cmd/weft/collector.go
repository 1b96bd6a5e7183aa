package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// firstCollection is how much memory Go may have before its collector begins, in bytes.
const firstCollection = 256 << 20

// delayCollector lets Go's collector begin late. It would collect four times while a large module is
// compiled, which takes a seventh of the processor time, and find that nearly all is in use. Once
// there is much memory it works as always, or as the environment says.
func delayCollector() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	percent := debug.SetGCPercent(-1)
	if percent < 0 {
		return // it is late already
	}
	limit := debug.SetMemoryLimit(firstCollection)
	// The first collection finds that nobody refers to this pointer.
	runtime.AddCleanup(new(*int64), func(limit int64) {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}, limit)
}
