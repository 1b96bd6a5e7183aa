package wasi

import (
	"cmp"
	"context"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"
)

// A rootDirectory is a directory of the host. All that leads out of it is
// refused by os.Root. A directory that is opened in it becomes a root as well, so
// it stays the same when it is moved.
type rootDirectory struct {
	root *os.Root
	// base is the directory that the embedder gave, and rel where in it this one was
	// when it was opened: os.Root can rename only within one root.
	base     *os.Root
	rel      string
	readOnly bool
}

func (d *rootDirectory) close() error {
	if d.root == d.base {
		return nil // it is the embedder's
	}
	return d.root.Close()
}

func (d *rootDirectory) stat() (filestat, error) { return d.lookup(".", true) }

func (d *rootDirectory) lookup(name string, follow bool) (filestat, error) {
	look := d.root.Lstat
	if follow {
		look = d.root.Stat
	}
	info, err := look(name)
	if err != nil {
		return filestat{}, err
	}
	return statOf(info), nil
}

// writable returns what forbids a change.
func (d *rootDirectory) writable() error {
	if d.readOnly {
		return eROFS
	}
	return nil
}

func (d *rootDirectory) openDirectory(name string) (directory, error) {
	root, err := d.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &rootDirectory{root: root, base: d.base, rel: path.Join(d.rel, name), readOnly: d.readOnly}, nil
}

func (d *rootDirectory) openFile(name string, flags int, perm fs.FileMode) (object, error) {
	if d.readOnly && flags&(os.O_WRONLY|os.O_RDWR|os.O_CREATE|os.O_TRUNC) != 0 {
		return nil, eROFS
	}
	f, err := d.root.OpenFile(name, flags|openNonblock, perm)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close() // the first error says more
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return &device{input: input{pump: pump{r: f}, source: f}, file: f}, nil
	}
	return &rootFile{File: f, root: d.root, path: name}, nil
}

func (d *rootDirectory) list() ([]dirEntry, error) {
	f, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	names, err := f.Readdirnames(-1)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	entries := make([]dirEntry, 0, len(names))
	for _, name := range names {
		st, err := d.lookup(name, false)
		if err != nil {
			continue // it has gone in the meantime
		}
		entries = append(entries, dirEntry{name: name, fileType: st.fileType, ino: st.ino})
	}
	return entries, nil
}

func (d *rootDirectory) makeDirectory(name string) error {
	if err := d.writable(); err != nil {
		return err
	}
	return d.root.Mkdir(name, 0o777)
}

func (d *rootDirectory) remove(name string) error {
	if err := d.writable(); err != nil {
		return err
	}
	return d.root.Remove(name)
}

func (d *rootDirectory) readLink(name string) (string, error) { return d.root.Readlink(name) }

func (d *rootDirectory) symlink(target, name string) error {
	if err := d.writable(); err != nil {
		return err
	}
	return d.root.Symlink(target, name)
}

func (d *rootDirectory) link(name string, to directory, toName string) error {
	root, old, new, err := d.common(name, to, toName)
	if err != nil {
		return err
	}
	return root.Link(old, new)
}

func (d *rootDirectory) rename(name string, to directory, toName string) error {
	root, old, new, err := d.common(name, to, toName)
	if err != nil {
		return err
	}
	return root.Rename(old, new)
}

// common returns a root in which both paths lie.
func (d *rootDirectory) common(name string, to directory, toName string) (root *os.Root, old, new string, err error) {
	other, ok := to.(*rootDirectory)
	if !ok {
		return nil, "", "", eXDev
	}
	if d.readOnly || other.readOnly {
		return nil, "", "", eROFS
	}
	if d.root == other.root || d.rel == other.rel && d.base == other.base {
		return d.root, name, toName, nil
	}
	if d.base != other.base || !d.inPlace() || !other.inPlace() {
		return nil, "", "", eXDev
	}
	// The directories' own paths stay in front, so that what leads out of one of
	// them has to be refused here.
	if !staysInside(name) || !staysInside(toName) {
		return nil, "", "", ePerm
	}
	return d.base, path.Join(d.rel, name), path.Join(other.rel, toName), nil
}

// staysInside reports whether a path, as it is written, does not go up.
func staysInside(name string) bool {
	for _, element := range splitPath(name) {
		if element == ".." {
			return false
		}
	}
	return true
}

// inPlace reports whether the directory is still where it was when it was opened.
func (d *rootDirectory) inPlace() bool {
	here, err := d.root.Stat(".")
	if err != nil {
		return false
	}
	there, err := d.base.Stat(d.rel)
	return err == nil && os.SameFile(here, there)
}

func (d *rootDirectory) setTimes(name string, follow bool, a, m time.Time) error {
	if err := d.writable(); err != nil {
		return err
	}
	st, err := d.lookup(name, follow)
	if err != nil {
		return err
	}
	a, m = keepTimes(a, m, st)
	if st.fileType != typeSymbolicLink {
		return d.root.Chtimes(name, a, m)
	}
	parent, err := d.root.Open(path.Dir(name))
	if err != nil {
		return err
	}
	return cmp.Or(setLinkTimes(parent, path.Base(name), a, m), parent.Close())
}

// keepTimes replaces the times that are not to be set by those that a file has.
func keepTimes(a, m time.Time, st filestat) (time.Time, time.Time) {
	if a.IsZero() {
		a = time.Unix(0, int64(st.atim))
	}
	if m.IsZero() {
		m = time.Unix(0, int64(st.mtim))
	}
	return a, m
}

// A rootFile is a regular file of the host.
type rootFile struct {
	*os.File
	root *os.Root
	path string
}

func (f *rootFile) close() error { return f.Close() }

func (f *rootFile) stat() (filestat, error) {
	info, err := f.Stat()
	if err != nil {
		return filestat{}, err
	}
	return statOf(info), nil
}

// setTimes goes by the path as long as the file is there, because only that
// knows nanoseconds on all systems.
func (f *rootFile) setTimes(a, m time.Time) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	a, m = keepTimes(a, m, statOf(info))
	if there, err := f.root.Stat(f.path); err == nil && os.SameFile(info, there) {
		return f.root.Chtimes(f.path, a, m)
	}
	return setOpenTimes(f.File, a, m)
}

// A device is a file of the host that is not regular: a device, a pipe.
type device struct {
	input
	file *os.File
}

func (d *device) write(_ context.Context, b []byte) (int, error) { return d.file.Write(b) }

func (d *device) close() error { return d.file.Close() }
