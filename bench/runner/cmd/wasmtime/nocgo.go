//go:build !cgo

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "Wasmtime's Go package needs cgo")
	os.Exit(1)
}
