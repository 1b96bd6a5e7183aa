#!/usr/bin/env bash
# With one processor, a goroutine that has just been made stands in the slot of the scheduler for the next one (runnext), and
# runtime.Gosched puts its caller at the end of the queue for all processors. The guess was that behind "go f(); runtime.Gosched()" f has
# begun, each time: tests count on that. Seen instead (go1.26.8, linux/amd64): in a loop of 1,000 rounds f has not begun 31 or 32 times,
# as often in each run of the program, about 30 rounds apart. A program that does it once may never see it.
#
#   32 of 1000
#
# runtime/proc.go: findRunnable looks into the queue for all processors first whenever schedtick is a multiple of 61, and there is the caller,
# which goes on at once. A round takes two ticks.
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
	"runtime"
)

const rounds = 1000

func main() {
	missed, last := 0, -1
	distances := map[int]int{}
	for i := range rounds {
		begun := false
		done := make(chan bool)
		go func() { begun = true; done <- true }()
		runtime.Gosched()
		if !begun {
			if missed++; last >= 0 {
				distances[i-last]++
			}
			last = i
		}
		<-done
	}
	fmt.Println(missed, "of", rounds)
	for d := range distances {
		if d < 25 || d > 40 {
			fmt.Println("a distance of", d, "rounds")
		}
	}
}
GO
go build -o program .
for _ in 1 2 3; do
	out=$(GOMAXPROCS=1 ./program)
	echo "$out"
	case $out in
	"3"[0-5]" of 1000" | "2"[5-9]" of 1000") ;;
	*) echo "this has changed" && exit 1 ;;
	esac
done
