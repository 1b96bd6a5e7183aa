//go:build !linux && !darwin

package wasi

// newWatch returns nil: nothing can be watched.
func newWatch(any) watcher { return nil }
