#!/usr/bin/env bash
# A weak pointer to a small object takes longer to make, the more there are to objects of its size. The guess was that weak.Make takes the
# same time for each object, some 200 ns, or less for small ones. Seen instead (go1.26.8 and go1.27.0, linux/amd64): 100,000 weak pointers
# to objects of 8 bytes take eleven times as long as to objects of 512 bytes; runtime.AddCleanup takes twice as long (go1.26.8). Who makes
# one for each call, to a tiny object that stands for something larger, pays that each time.
#
#   weak.Make: 2364 ns for 8 bytes, 198 ns for 512 bytes
#
# runtime/mheap.go: what is special about the objects of a span is a list in the order of their addresses, and addspecial looks for the
# place from its beginning (specialFindSplicePoint). A span has 8 KB: a thousand objects of 8 bytes, sixteen of 512.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GOTOOLCHAIN=${GOTOOLCHAIN:-go1.26.8} GOFLAGS=-mod=mod
cat >go.mod <<'MOD'
module finding

go 1.26
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
	"weak"
)

type small struct{ p *int }

type large struct {
	p *int
	_ [504]byte
}

const objects = 100_000

// perPointer returns how many nanoseconds a weak pointer takes, at best of three times.
func perPointer[T any]() float64 {
	best := time.Hour
	for range 3 {
		list, pointers := make([]*T, objects), make([]weak.Pointer[T], objects)
		for i := range list {
			list[i] = new(T)
		}
		begin := time.Now()
		for i := range list {
			pointers[i] = weak.Make(list[i])
		}
		best = min(best, time.Since(begin))
		runtime.KeepAlive(list)
		runtime.KeepAlive(pointers)
	}
	return float64(best.Nanoseconds()) / objects
}

func main() {
	forSmall, forLarge := perPointer[small](), perPointer[large]()
	fmt.Printf("weak.Make: %.0f ns for 8 bytes, %.0f ns for 512 bytes\n", forSmall, forLarge)
	if forSmall < 3*forLarge {
		fmt.Println("this has changed")
		os.Exit(1)
	}
}
GO
go build -o program .
./program
