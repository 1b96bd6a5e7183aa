// Command weft runs, tests and converts WebAssembly modules.
//
// Its exit codes are 0 for success, 1 for what went wrong with a module (also a
// trap of the program that it runs) or a file, and 2 for a wrong use of the
// command itself.
package main

import "os"

func main() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
