// Panics, recovery and Goexit, in frames of all kinds.
package main

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"runtime"
	"strings"
)

type point struct{ x, y [3]int }

func (p *point) at(i int) int { return p.y[i] }

type shape interface{ at(int) int }

var errOwn = errors.New("own")

//go:noinline
func fail(kind int) int {
	defer func() { trace("fail", kind) }()
	var s []int
	var m map[string]int
	var p *point
	var sh shape
	var f func() int
	var e any = "text"
	zero := kind - kind
	switch kind {
	case 0:
		return 1
	case 1:
		panic("string")
	case 2:
		return s[kind]
	case 3:
		m["x"] = 1
	case 4:
		return p.at(1)
	case 5:
		return kind / zero
	case 6:
		return sh.at(1)
	case 7:
		return f()
	case 8:
		return e.(int)
	case 9:
		panic(fmt.Errorf("wrapped: %w", errOwn))
	case 10:
		return len(s[kind:zero])
	case 11:
		var c chan int
		close(c)
	case 12:
		return len(make([]int, kind-100+zero))
	case 13:
		x := [2]int{}
		return len((*[4]int)(x[:zero+2]))
	case 14:
		panic(nil)
	}
	return 2
}

var log strings.Builder

func trace(args ...any) { fmt.Fprintln(&log, args...) }

func caught(kind int) (r int, err error) {
	defer func() {
		if e := recover(); e != nil {
			if re, ok := e.(runtime.Error); ok {
				err = re
			} else {
				err = fmt.Errorf("recovered: %v", e)
			}
			r = -kind
		}
	}()
	return fail(kind), nil
}

func inLoop(n int) (s string) {
	defer func() { s += fmt.Sprint(" last ", recover()) }()
	for i := range n {
		defer func() {
			s += fmt.Sprint(i)
			if i%3 == 0 {
				if e := recover(); e != nil {
					s += fmt.Sprint("!", e)
				}
			}
			if i%4 == 1 {
				panic(i)
			}
		}()
	}
	panic("first")
}

func nested() (s string) {
	defer func() { s += fmt.Sprint("outer ", recover()) }()
	defer func() {
		defer func() { s += fmt.Sprint("middle ", recover(), "; ") }()
		panic("second")
	}()
	panic("first")
}

func again() (s string) {
	for i := range 3 {
		func() {
			defer func() { s += fmt.Sprint(recover(), " ") }()
			defer func() {
				e := recover()
				if i > 0 {
					panic(fmt.Sprint(e, "+", i))
				}
				s += "swallowed "
			}()
			panic(i)
		}()
	}
	return s
}

func conditional(n int) (s string) {
	if n > 1 {
		defer func() { s += "a" }()
	}
	if n > 2 {
		defer func() { recover(); s += "b" }()
	}
	for k := 0; k < n; k++ {
		if k == 3 {
			panic("three")
		}
	}
	return "end "
}

func grow(n int) int {
	var pad [64]int
	pad[n%64] = n
	if n == 0 {
		return 0
	}
	return grow(n-1) + pad[n%64]
}

func deep(n int) int {
	if n == 0 {
		panic("deep")
	}
	return deep(n-1) + 1
}

// afterGrowth recovers where the stack has moved since the frame was entered.
func afterGrowth() (s string) {
	local := [5]int{1, 2, 3, 4, 5}
	p := &local[2]
	defer func() { s = fmt.Sprint(recover(), *p, local) }()
	*p += grow(4000) % 10
	defer func() { *p += grow(9000) % 10 }()
	deep(700)
	return
}

func ranged(stop int) (s string) {
	defer func() { s += fmt.Sprint(" ranged ", recover()) }()
	seq := func(yield func(int) bool) {
		defer func() { s += "done " }()
		for i := 0; yield(i); i++ {
		}
	}
	for i := range seq {
		defer func() { s += fmt.Sprint("d", i, " ") }()
		if i == stop {
			panic("stop")
		}
		if i == 4 {
			break
		}
	}
	return s
}

func pulled() (s string) {
	seq := func(n int, end any) iter.Seq2[int, string] {
		return func(yield func(int, string) bool) {
			defer func() { s += "[end]" }()
			for i := range n {
				if !yield(i, strings.Repeat("x", i)) {
					return
				}
			}
			if end != nil {
				panic(end)
			}
		}
	}
	next, stop := iter.Pull2(seq(3, nil))
	for {
		i, x, ok := next()
		if !ok {
			break
		}
		s += fmt.Sprint(i, x, " ")
	}
	stop()
	next, stop = iter.Pull2(seq(9, nil))
	next()
	stop()
	func() {
		defer func() { s += fmt.Sprint("caught ", recover()) }()
		next, stop = iter.Pull2(seq(1, "in the sequence"))
		next()
		next()
	}()
	for k := range 100 { // goroutines that end are made anew
		next, stop := iter.Pull2(seq(k%3+1, nil))
		next()
		stop()
	}
	return strings.ReplaceAll(s, "[end]", ".")
}

func ended(f func()) (s string) {
	done := make(chan string)
	go func() {
		defer func() { done <- s }()
		defer func() { s += fmt.Sprint(" rec ", recover()) }()
		f()
		s += " returned"
	}()
	return <-done
}

func exits() (all []string) {
	all = append(all, ended(func() {}))
	all = append(all, ended(runtime.Goexit))
	all = append(all, ended(func() {
		defer func() { panic("in Goexit") }()
		runtime.Goexit()
	}))
	all = append(all, ended(func() {
		defer func() {
			defer func() { recover() }()
			panic("recovered in Goexit")
		}()
		runtime.Goexit()
	}))
	all = append(all, ended(func() {
		defer runtime.Goexit()
		panic("replaced by Goexit")
	}))
	all = append(all, ended(func() { deepExit(300) }))
	return all
}

func deepExit(n int) {
	defer func() { n-- }()
	if n == 0 {
		runtime.Goexit()
	}
	deepExit(n - 1)
}

func main() {
	for kind := range 15 {
		r, err := caught(kind)
		fmt.Println(kind, r, err, errors.Is(err, errOwn))
	}
	fmt.Print(log.String())
	fmt.Println(inLoop(12))
	fmt.Println(nested())
	fmt.Println(again())
	for n := range 6 {
		fmt.Println(conditional(n))
	}
	fmt.Println(afterGrowth())
	for n := range 6 {
		fmt.Println(ranged(n))
	}
	fmt.Println(pulled())
	for _, s := range exits() {
		fmt.Println(s)
	}
	total := 0
	for i := range 2000 {
		if _, err := caught(i % 15); err != nil {
			total++
		}
	}
	fmt.Println("errors", total)
	defer os.Exit(3)
	defer fmt.Println("last words")
	panic("to be cut short")
}
