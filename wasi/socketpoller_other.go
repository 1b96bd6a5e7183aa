//go:build !linux

package wasi

// newSocketPoller returns nil: connections are those of package net.
func newSocketPoller() socketPoller { return nil }
