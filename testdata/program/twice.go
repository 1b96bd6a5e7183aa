//go:build !withc

package main

func twice(n int32) int32 { return 2 * n }
