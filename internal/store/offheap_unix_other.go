//go:build unix && !linux

package store

import "math"

const mapNoReserve = 0

// WantLargePages asks for large pages from an offset on; here it cannot be asked for.
func (r *Region) WantLargePages(from uintptr) {}

// noLargePages has nothing to ask for.
func noLargePages([]byte) {}

// giveBack makes pages zero, if the system has a way for that: here none is known for all.
func giveBack([]byte) bool { return false }

func systemMappings() int { return math.MaxInt }
