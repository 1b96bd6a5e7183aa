//go:build !linux

package native

// Memory is mapped twice on Linux only: elsewhere there is no file without a name that pure Go could make and map for
// execution.

func (*codeMemory) mapTwice() {}

func (*codeMemory) releaseTwice() {}

func (*codeMemory) discardTwice(span) error { return nil }

func (*codeMemory) mapAgain(span) {}
