//go:build withc

package main

// int twice(int n) { return 2 * n; }
import "C"

// twice calls C, so that Go's runtime starts as it does in programs with C, whose threads are C's.
func twice(n int32) int32 { return int32(C.twice(C.int(n))) }
