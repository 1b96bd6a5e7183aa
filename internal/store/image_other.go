//go:build !linux

package store

// An image is the content of a memory in a file that is mapped over it. Here there are none: memories are copied.
type image struct{}

// newImage makes none.
func newImage(*Region, uintptr) (*image, bool) { return nil, false }

func (*image) restore(*Region) error { return nil }

func (*image) release() {}
