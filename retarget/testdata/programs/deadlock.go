// A program that ends with the stacks of all goroutines.
package main

import "runtime"

type thing struct{ c chan int }

func (t *thing) wait(n int) {
	if n > 0 {
		t.wait(n - 1)
		return
	}
	<-t.c
}

func main() {
	t := &thing{make(chan int)}
	for i := range 3 {
		go func() {
			defer println("never")
			t.wait(i)
		}()
	}
	runtime.Gosched()
	select {}
}
