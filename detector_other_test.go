//go:build !race

package weft_test

// underRaceDetector says that the race detector looks on.
const underRaceDetector = false
