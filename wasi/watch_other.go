//go:build !linux && !darwin

package wasi

import "os"

// newWatch returns nil: nothing can be watched.
func newWatch(any) watcher { return nil }

func newWriteWatch(*os.File) watcher { return nil }
