package wasi

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// A WritableFS is a file system that a guest may change. Names are as package [io/fs] has them. They lead through no
// symbolic links, which are followed before, but the last element may be one. Errors are those of package io/fs and of
// system calls; any goroutine may call the methods.
//
// A file system that implements [io/fs.ReadLinkFS] has symbolic links. It may also have the methods of [SymlinkFS],
// [LinkFS] and [ChtimesFS]; what it does not have, guests find not supported. [NewMemFS] makes one with all of that.
type WritableFS interface {
	fs.FS
	// OpenFile opens a file, as [os.OpenFile] does, with its flags but for O_APPEND.
	OpenFile(name string, flag int, perm fs.FileMode) (WritableFile, error)
	// Mkdir makes a directory.
	Mkdir(name string, perm fs.FileMode) error
	// Remove removes a file, a symbolic link, or an empty directory.
	Remove(name string) error
	// Rename moves a file or a directory, in the place of one that may be there, as rename(2) does.
	Rename(oldName, newName string) error
}

// A WritableFile is an open file of a [WritableFS].
type WritableFile interface {
	fs.File
	io.ReaderAt
	io.Writer
	io.WriterAt
	io.Seeker
	Truncate(size int64) error
	Sync() error
}

// A SymlinkFS makes symbolic links.
type SymlinkFS interface {
	Symlink(target, name string) error
}

// A LinkFS makes other names for files.
type LinkFS interface {
	Link(oldName, newName string) error
}

// A ChtimesFS sets the times of the last access and the last modification of a file, or of a symbolic link itself.
type ChtimesFS interface {
	Chtimes(name string, atime, mtime time.Time) error
}

// A FileStat is what [io/fs.FileInfo.Sys] of a file system may return as a pointer, to tell guests more.
type FileStat struct {
	Inode, Links     uint64 // files with the same Inode are the same
	Accessed, Change time.Time
}

// A writableDirectory is a directory of a WritableFS.
type writableDirectory struct {
	fsDirectory
	fsys WritableFS
	same *struct{ _ byte } // of all directories of a file system that a guest was given
}

func newWritableDirectory(fsys WritableFS) *writableDirectory {
	return &writableDirectory{fsDirectory{fsys: fsys, rel: "."}, fsys, new(struct{ _ byte })}
}

func (d *writableDirectory) openDirectory(name string) (directory, error) {
	opened, err := d.fsDirectory.openDirectory(name)
	if err != nil {
		return nil, err
	}
	return &writableDirectory{*opened.(*fsDirectory), d.fsys, d.same}, nil
}

func (d *writableDirectory) openFile(_ *thread, name string, flags int, perm fs.FileMode, _ bool) (object, error) {
	found, err := d.resolve(name, true)
	if flags&os.O_CREATE != 0 && (err == nil || errors.Is(err, fs.ErrNotExist)) {
		found, err = d.resolveNew(name, flags&os.O_EXCL != 0)
	}
	if err != nil {
		return nil, err
	}
	f, err := d.fsys.OpenFile(found, flags, perm)
	if err != nil {
		return nil, err
	}
	return &writableFile{fsFile{f, found}, f, d.fsys}, nil
}

// resolveNew returns the name of a file that may be made: where symbolic links at the end lead, unless it must be new.
func (d *writableDirectory) resolveNew(name string, exclusive bool) (string, error) {
	for range maxLinks {
		found, err := d.resolve(name, false)
		if err != nil {
			return "", err
		}
		info, err := fs.Lstat(d.fsys, found)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return found, nil
		}
		if exclusive {
			return "", eExist
		}
		target, err := fs.ReadLink(d.fsys, found)
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(target, "/") {
			return "", ePerm
		}
		name = path.Dir(name) + "/" + target
	}
	return "", eLoop
}

// entry calls a function with the name of an entry in a directory that exists.
func (d *writableDirectory) entry(name string, do func(name string) error) error {
	name, err := d.resolve(name, false)
	if err != nil {
		return err
	}
	return do(name)
}

func (d *writableDirectory) makeDirectory(name string) error {
	return d.entry(name, func(name string) error { return d.fsys.Mkdir(name, 0o777) })
}

func (d *writableDirectory) remove(name string) error { return d.entry(name, d.fsys.Remove) }

func (d *writableDirectory) symlink(target, name string) error {
	s, ok := d.fsys.(SymlinkFS)
	if !ok {
		return eNotSup
	}
	return d.entry(name, func(name string) error { return s.Symlink(target, name) })
}

// partner returns the name of an entry of the other directory of a change that two take part in.
func (d *writableDirectory) partner(to directory, toName string) (string, error) {
	other, ok := to.(*writableDirectory)
	if !ok || other.same != d.same {
		return "", eXDev
	}
	return other.resolve(toName, false)
}

func (d *writableDirectory) link(name string, to directory, toName string) error {
	l, ok := d.fsys.(LinkFS)
	if !ok {
		return eNotSup
	}
	toName, err := d.partner(to, toName)
	if err != nil {
		return err
	}
	return d.entry(name, func(name string) error { return l.Link(name, toName) })
}

func (d *writableDirectory) rename(name string, to directory, toName string) error {
	toName, err := d.partner(to, toName)
	if err != nil {
		return err
	}
	return d.entry(name, func(name string) error { return d.fsys.Rename(name, toName) })
}

func (d *writableDirectory) setTimes(name string, follow bool, a, m time.Time) error {
	name, err := d.resolve(name, follow)
	if err != nil {
		return err
	}
	return setTimesIn(d.fsys, name, a, m)
}

func setTimesIn(fsys WritableFS, name string, a, m time.Time) error {
	c, ok := fsys.(ChtimesFS)
	if !ok {
		return eNotSup
	}
	info, err := fs.Lstat(fsys, name)
	if err != nil {
		return err
	}
	a, m = keepTimes(a, m, statOf(info))
	return c.Chtimes(name, a, m)
}

// A writableFile is an open file of a WritableFS.
type writableFile struct {
	fsFile
	file WritableFile
	fsys WritableFS
}

func (f *writableFile) ReadAt(b []byte, off int64) (int, error)        { return f.file.ReadAt(b, off) }
func (f *writableFile) Seek(off int64, whence int) (int64, error)      { return f.file.Seek(off, whence) }
func (f *writableFile) Write(b []byte) (int, error)                    { return f.file.Write(b) }
func (f *writableFile) WriteAt(b []byte, off int64) (n int, err error) { return f.file.WriteAt(b, off) }
func (f *writableFile) Sync() error                                    { return f.file.Sync() }
func (f *writableFile) Truncate(size int64) error                      { return f.file.Truncate(size) }
func (f *writableFile) setTimes(a, m time.Time) error                  { return setTimesIn(f.fsys, f.name, a, m) }

func (f *writableFile) appendAll(buffers [][]byte) (n int, err error) {
	if _, err := f.file.Seek(0, io.SeekEnd); err != nil {
		return 0, err
	}
	for _, b := range buffers {
		written, err := f.file.Write(b)
		n += written
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
