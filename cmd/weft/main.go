// Command weft runs, tests and converts WebAssembly modules.
//
// docs/command.md says what its commands share, and its exit codes.
package main

import "os"

func main() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
