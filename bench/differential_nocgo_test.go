//go:build !cgo

package main

func othersWithCgo() []subject { return nil }
