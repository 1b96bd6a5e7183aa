//go:build linux || darwin

package wasi

import (
	"cmp"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// renameEntry moves an entry of a directory to another directory, as rename(2)
// does: os.Root.Rename knows one directory only, and refuses to replace a directory.
func renameEntry(from *os.Root, name string, to *os.Root, toName string) error {
	return inParents(from, name, to, toName, unix.Renameat)
}

// linkEntry makes a hard link; a symbolic link is not followed.
func linkEntry(from *os.Root, name string, to *os.Root, toName string) error {
	return inParents(from, name, to, toName, func(fd int, name string, toFD int, toName string) error {
		return unix.Linkat(fd, name, toFD, toName, 0)
	})
}

// inParents calls do with the directories in which two entries are, and their
// names there. The roots see to it that the directories are inside of them; a name
// is one element, which the system does not follow.
func inParents(from *os.Root, name string, to *os.Root, toName string, do func(fd int, name string, toFD int, toName string) error) error {
	parent, err := from.Open(path.Dir(name))
	if err != nil {
		return err
	}
	toParent, err := to.Open(path.Dir(toName))
	if err != nil {
		return cmp.Or(err, parent.Close())
	}
	err = control(parent, func(fd int) error {
		return control(toParent, func(toFD int) error { return do(fd, path.Base(name), toFD, path.Base(toName)) })
	})
	return cmp.Or(err, parent.Close(), toParent.Close())
}
