// A program that ends by a panic in a goroutine, after one that was recovered.
package main

import (
	"fmt"
	"time"
)

func risky(n int) {
	defer func() {
		if e := recover(); e != nil {
			panic(fmt.Sprint("again: ", e))
		}
	}()
	var a []int
	a[n]++
}

func main() {
	go func() { risky(5) }()
	time.Sleep(time.Second)
	fmt.Println("not reached")
}
