package weft_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// TestFewBytes copies and fills few bytes, of each size that code may move itself and some more, known or not, so far
// apart that the places overlap in each way, and at the end of memory.
func TestFewBytes(t *testing.T) {
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		for _, limits := range []string{"1", "1 1 shared", "i64 1"} {
			t.Run(name+" "+limits, func(t *testing.T) {
				address := "i32"
				if strings.HasPrefix(limits, "i64") {
					address = "i64"
				}
				testFewBytes(t, engine, fewBytesSource(limits, address), func(v int) weft.Value {
					if address == "i64" {
						return weft.I64(int64(v))
					}
					return weft.I32(int32(v))
				})
			})
		}
	}
}

const mostBytes = 140

// fewBytesSource returns a module that copies and fills any number of bytes, and known numbers.
func fewBytesSource(limits, address string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `(module (memory (export "m") %s)
	  (func (export "copy") (param $to %[2]s) (param $from %[2]s) (param $n %[2]s)
	    (memory.copy (local.get $to) (local.get $from) (local.get $n)))
	  (func (export "fill") (param $to %[2]s) (param $value i32) (param $n %[2]s)
	    (memory.fill (local.get $to) (local.get $value) (local.get $n)))`, limits, address)
	for n := range mostBytes + 1 {
		fmt.Fprintf(&b, `
	  (func (export "copy%d") (param $to %[2]s) (param $from %[2]s)
	    (memory.copy (local.get $to) (local.get $from) (%[2]s.const %[1]d)))
	  (func (export "fill%[1]d") (param $to %[2]s) (param $value i32)
	    (memory.fill (local.get $to) (local.get $value) (%[2]s.const %[1]d)))
	  (func (export "zero%[1]d") (param $to %[2]s) (param $value i32)
	    (memory.fill (local.get $to) (i32.const 0x700) (%[2]s.const %[1]d)))`, n, address)
	}
	return b.String() + ")"
}

func testFewBytes(t *testing.T, engine *weft.Engine, source string, number func(int) weft.Value) {
	_, instance := openOn(t, engine, source, weft.DefaultLimits(), nil)
	const size, start = 65536, 300
	window, ok := instance.Memory("m").View(0, size)
	if !ok {
		t.Fatal("the memory has another size")
	}
	want := make([]byte, size)
	restart := func() {
		for i := range want {
			want[i] = byte(i*7 + i>>8)
		}
		copy(window, want)
	}
	// try calls a function, which must do what change does, or trap and do nothing if it is outside.
	try := func(name string, outside bool, change func(), args ...weft.Value) {
		t.Helper()
		_, err := instance.Func(name).Call(context.Background(), args...)
		if !outside {
			change()
		}
		var trap *weft.Trap
		trapped := errors.As(err, &trap) && trap.Code == wasm.TrapMemoryOutOfBounds
		if trapped != outside || err != nil && !outside {
			t.Errorf("%s%v: %v", name, args, err)
		}
		if !bytes.Equal(window, want) {
			t.Errorf("%s%v: another result", name, args)
			restart()
		}
	}
	restart()
	for n := range mostBytes + 1 {
		most := size - start - n
		for _, distance := range []int{-n - 1, -n/2 - 1, -1, 0, 1, 7, n/2 + 1, n + 1, most, most + 1} {
			from, to := start, start+distance
			if distance%2 == 0 {
				from, to = to, from
			}
			outside := distance > most
			move := func() { copy(want[to:to+n], want[from:from+n]) }
			try("copy", outside, move, number(to), number(from), number(n))
			try(fmt.Sprint("copy", n), outside, move, number(to), number(from))
		}
		for _, to := range []int{start, size - n, size - n + 1} {
			for name, value := range map[string]int32{"fill": int32(n)*5 + 0x301, "zero": 0} {
				fill := func() {
					for i := range want[to : to+n] {
						want[to+i] = byte(value)
					}
				}
				try("fill", to+n > size, fill, number(to), weft.I32(value), number(n))
				restart()
				try(fmt.Sprint(name, n), to+n > size, fill, number(to), weft.I32(value))
			}
		}
	}
}
