package wasi

import (
	"io/fs"
	"time"
)

// A directory is an object from which paths lead to files. The paths it gets are
// relative, are not empty, and have no slash at the end; none may lead out of it.
type directory interface {
	object
	// openDirectory opens a directory; a symbolic link at the end is followed.
	openDirectory(path string) (directory, error)
	// openFile opens what is not a directory. A symbolic link at the end is followed.
	// If block is true it may wait, until the context ends.
	openFile(t *thread, path string, flags int, perm fs.FileMode, block bool) (object, error)
	// lookup describes a file, which may be a symbolic link if follow is false.
	lookup(path string, follow bool) (filestat, error)
	// list adds the entries to a listing, in any order.
	list(l *listing) error
	makeDirectory(path string) error
	// remove removes a file, or an empty directory.
	remove(path string) error
	readLink(path string) (string, error)
	symlink(target, path string) error
	link(path string, to directory, toPath string) error
	rename(path string, to directory, toPath string) error
	// setTimes sets the times that are not zero.
	setTimes(path string, follow bool, a, m time.Time) error
}
