//go:build !linux && !darwin

package wasi

import "os"

func renameEntry(from *os.Root, name string, to *os.Root, toName string) error {
	if from != to {
		return eXDev
	}
	return from.Rename(name, toName)
}

func linkEntry(from *os.Root, name string, to *os.Root, toName string) error {
	if from != to {
		return eXDev
	}
	return from.Link(name, toName)
}
