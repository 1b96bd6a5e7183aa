//go:build race

package weft_test

// underRaceDetector says that the race detector looks on. It has memory of its own for each goroutine that there ever
// was (findings/go_race_memory.sh).
const underRaceDetector = true
