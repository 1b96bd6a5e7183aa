//go:build !linux

package wasi

import "os"

func appendTo(f *os.File, buffers [][]byte) (int, error) { return seekAndWrite(f, buffers) }
