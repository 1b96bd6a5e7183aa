#!/usr/bin/env bash
# A switch of goroutines touches no clock, one would think, unless a timer is due. The guess was that a Go program on
# wasip1 whose two goroutines take 200,000 turns by runtime.Gosched asks the host for the time a few times, and that a
# timer which is due in an hour adds one or two. Seen instead (go1.26.8 as the guest, wazero v1.12.0 as the host, which
# counts calls of clock_time_get): once in four switches without a timer, and once more at each switch while any timer is
# pending, however far away it is. One that was stopped costs nothing. A host that answers in 100 ns doubles the time of a
# switch; natively the time is read without a system call, and nobody sees it.
#
#   none 49198
#   timer 245976
#   stopped 49200
#
# runtime/proc.go: casgstatus notes for one in eight turns how long the goroutine was ready and how long it ran
# (gTrackingPeriod), with a nanotime for each; findRunnable calls timers.check, which needs the time to compare it with
# that of the first timer.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GOTOOLCHAIN=${GOTOOLCHAIN:-go1.26.8} GOFLAGS=-mod=mod
cat >go.mod <<'MOD'
module finding

go 1.26

require github.com/tetratelabs/wazero v1.12.0
MOD
mkdir guest
cat >guest/main.go <<'GO'
package main

import (
	"os"
	"runtime"
	"time"
)

func main() {
	switch os.Args[1] {
	case "timer":
		time.AfterFunc(time.Hour, func() {})
	case "stopped":
		time.AfterFunc(time.Hour, func() {}).Stop()
	}
	go func() {
		for {
			runtime.Gosched()
		}
	}()
	for range 100_000 {
		runtime.Gosched()
	}
}
GO
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

type clock int

func (c *clock) NewFunctionListener(d api.FunctionDefinition) experimental.FunctionListener {
	if d.ModuleName() != "wasi_snapshot_preview1" || d.Name() != "clock_time_get" {
		return nil
	}
	return experimental.FunctionListenerFunc(
		func(context.Context, api.Module, api.FunctionDefinition, []uint64, experimental.StackIterator) { *c++ })
}

func main() {
	code, err := os.ReadFile("guest.wasm")
	if err != nil {
		panic(err)
	}
	for _, mode := range []string{"none", "timer", "stopped"} {
		var asked clock
		ctx := experimental.WithFunctionListenerFactory(context.Background(), &asked)
		r := wazero.NewRuntime(ctx)
		wasi_snapshot_preview1.MustInstantiate(ctx, r)
		config := wazero.NewModuleConfig().WithArgs("guest", mode).WithSysNanotime().WithSysWalltime()
		if _, err := r.InstantiateWithConfig(ctx, code, config); err != nil {
			panic(err)
		}
		fmt.Println(mode, int(asked))
	}
}
GO
GOOS=wasip1 GOARCH=wasm go build -o guest.wasm ./guest
go run . | tee seen
awk '
	$1 == "timer" { ok += $2 > 220000 && $2 < 270000 }
	$1 != "timer" { ok += $2 > 40000 && $2 < 60000 }
	END { if (ok != 3) { print "this has changed"; exit 1 } }' seen
