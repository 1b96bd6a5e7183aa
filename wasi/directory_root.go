package wasi

import (
	"cmp"
	"io"
	"io/fs"
	"os"
	"path"
	"time"
)

// A rootDirectory is a directory of the host. All that leads out of it is
// refused by os.Root. A directory that is opened in it becomes a root as well, so
// it stays the same when it is moved.
type rootDirectory struct {
	root     *os.Root
	opened   bool // by the guest; else root is the embedder's
	readOnly bool
}

func (d *rootDirectory) close() error {
	if !d.opened {
		return nil
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
	return &rootDirectory{root: root, opened: true, readOnly: d.readOnly}, nil
}

func (d *rootDirectory) openFile(t *thread, name string, flags int, perm fs.FileMode, block bool) (object, error) {
	if d.readOnly && flags&(os.O_WRONLY|os.O_RDWR|os.O_CREATE|os.O_TRUNC) != 0 {
		return nil, eROFS
	}
	open := func(flags int) (*os.File, error) { return d.root.OpenFile(name, flags, perm) }
	var f *os.File
	var err error
	if info, failed := d.root.Stat(name); block && failed == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		f, err = t.openPipe(flags, open)
	} else {
		f, err = open(flags | openNonblock)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close() // the first error says more
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return newDevice(f), nil
	}
	return &rootFile{File: f, dir: d, path: name}, nil
}

func (d *rootDirectory) list(l *listing) error {
	f, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		names, err := f.Readdirnames(listChunk)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		for _, name := range names {
			st, err := d.lookup(name, false)
			if err != nil {
				continue // it has gone in the meantime
			}
			if err := l.add(dirEntry{name: name, fileType: st.fileType, ino: st.ino}); err != nil {
				return err
			}
		}
	}
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
	other, err := d.partner(to)
	if err != nil {
		return err
	}
	return linkEntry(d.root, name, other.root, toName)
}

func (d *rootDirectory) rename(name string, to directory, toName string) error {
	other, err := d.partner(to)
	if err != nil {
		return err
	}
	return renameEntry(d.root, name, other.root, toName)
}

// partner returns the other directory of a change that two take part in.
func (d *rootDirectory) partner(to directory) (*rootDirectory, error) {
	other, ok := to.(*rootDirectory)
	if !ok {
		return nil, eXDev
	}
	if d.readOnly || other.readOnly {
		return nil, eROFS
	}
	return other, nil
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
	dir  *rootDirectory // in which it was opened
	path string
}

func (f *rootFile) close() error { return f.Close() }

func (f *rootFile) appendAll(buffers [][]byte) (int, error) { return appendTo(f.File, buffers) }

func (f *rootFile) stat() (filestat, error) {
	info, err := f.Stat()
	if err != nil {
		return filestat{}, err
	}
	return statOf(info), nil
}

// setTimes goes by the path as long as the file is there, because only that
// knows nanoseconds on all systems. The host lets the owner of a file do that
// however it was opened, so the directory is asked.
func (f *rootFile) setTimes(a, m time.Time) error {
	if err := f.dir.writable(); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	a, m = keepTimes(a, m, statOf(info))
	if there, err := f.dir.root.Stat(f.path); err == nil && os.SameFile(info, there) {
		return f.dir.root.Chtimes(f.path, a, m)
	}
	return setOpenTimes(f.File, a, m)
}
