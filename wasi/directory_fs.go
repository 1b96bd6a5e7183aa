package wasi

import (
	"errors"
	"hash/fnv"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
)

// An fsDirectory is a directory of an io/fs.FS. It cannot be changed.
type fsDirectory struct {
	fsys fs.FS
	rel  string
}

// maxLinks bounds the symbolic links on the way to a file.
const maxLinks = 40

// resolve returns the name of a file in the file system. It follows symbolic
// links, which io/fs leaves to nobody in particular, and refuses to go above rel.
func (d *fsDirectory) resolve(name string, follow bool) (string, error) {
	todo := splitPath(name)
	done := d.rel
	links := 0
	for len(todo) > 0 {
		element := todo[0]
		todo = todo[1:]
		switch element {
		case "", ".":
			continue
		case "..":
			if done == d.rel {
				return "", ePerm
			}
			done = path.Dir(done)
			continue
		}
		next := path.Join(done, element)
		if len(todo) == 0 && !follow {
			return next, nil
		}
		info, err := fs.Lstat(d.fsys, next)
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			if len(todo) > 0 && !info.IsDir() {
				return "", eNotDir
			}
			done = next
			continue
		}
		if links++; links > maxLinks {
			return "", eLoop
		}
		target, err := fs.ReadLink(d.fsys, next)
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(target, "/") {
			return "", ePerm
		}
		todo = append(splitPath(target), todo...)
	}
	return done, nil
}

func (d *fsDirectory) close() error { return nil }

func (d *fsDirectory) stat() (filestat, error) { return d.lookup(".", true) }

func (d *fsDirectory) lookup(name string, follow bool) (filestat, error) {
	name, err := d.resolve(name, follow)
	if err != nil {
		return filestat{}, err
	}
	info, err := fs.Lstat(d.fsys, name)
	if err != nil {
		return filestat{}, err
	}
	return numbered(statOf(info), name), nil
}

// numbered gives a file without a number one that its name has everywhere: guests
// take files with the same number for the same file.
func numbered(st filestat, name string) filestat {
	if st.ino == 0 {
		h := fnv.New64a()
		_, _ = io.WriteString(h, name) // it never fails
		st.ino = max(h.Sum64(), 1)
	}
	return st
}

func (d *fsDirectory) openDirectory(name string) (directory, error) {
	name, err := d.resolve(name, true)
	if err != nil {
		return nil, err
	}
	info, err := fs.Stat(d.fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, eNotDir
	}
	return &fsDirectory{fsys: d.fsys, rel: name}, nil
}

func (d *fsDirectory) openFile(_ *thread, name string, flags int, _ fs.FileMode, _ bool) (object, error) {
	name, err := d.resolve(name, true)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) && flags != 0 {
			return nil, eROFS
		}
		return nil, err
	}
	if flags != 0 { // os.O_RDONLY is 0
		return nil, eROFS
	}
	f, err := d.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	return &fsFile{f, name}, nil
}

func (d *fsDirectory) list(l *listing) error {
	f, err := d.fsys.Open(d.rel)
	if err != nil {
		return err
	}
	defer f.Close()
	dir, ok := f.(fs.ReadDirFile)
	if !ok { // the file system itself may know the entries
		listed, err := fs.ReadDir(d.fsys, d.rel)
		return errors.Join(err, d.addEntries(l, listed))
	}
	for {
		listed, err := dir.ReadDir(listChunk)
		if failed := d.addEntries(l, listed); failed != nil {
			return failed
		}
		if err == io.EOF || err == nil && len(listed) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (d *fsDirectory) addEntries(l *listing, listed []fs.DirEntry) error {
	for _, e := range listed {
		entry := dirEntry{name: e.Name(), fileType: typeOf(e.Type())}
		if info, err := e.Info(); err == nil {
			entry.ino = numbered(statOf(info), path.Join(d.rel, e.Name())).ino
		}
		if err := l.add(entry); err != nil {
			return err
		}
	}
	return nil
}

func (d *fsDirectory) readLink(name string) (string, error) {
	name, err := d.resolve(name, false)
	if err != nil {
		return "", err
	}
	return fs.ReadLink(d.fsys, name)
}

func (d *fsDirectory) makeDirectory(string) error                      { return eROFS }
func (d *fsDirectory) remove(string) error                             { return eROFS }
func (d *fsDirectory) symlink(string, string) error                    { return eROFS }
func (d *fsDirectory) link(string, directory, string) error            { return eROFS }
func (d *fsDirectory) rename(string, directory, string) error          { return eROFS }
func (d *fsDirectory) setTimes(_ string, _ bool, _, _ time.Time) error { return eROFS }

// An fsFile is a file of an io/fs.FS. What the file cannot do itself is refused.
type fsFile struct {
	fs.File
	name string
}

func (f *fsFile) close() error { return f.Close() }

func (f *fsFile) stat() (filestat, error) {
	info, err := f.Stat()
	if err != nil {
		return filestat{}, err
	}
	return numbered(statOf(info), f.name), nil
}

func (f *fsFile) ReadAt(b []byte, off int64) (int, error) {
	if r, ok := f.File.(io.ReaderAt); ok {
		return r.ReadAt(b, off)
	}
	s, ok := f.File.(io.Seeker)
	if !ok {
		return 0, eNotSup
	}
	before, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	if _, err := s.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(f.File, b)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	if _, back := s.Seek(before, io.SeekStart); back != nil {
		err = back
	}
	return n, err
}

func (f *fsFile) Seek(off int64, whence int) (int64, error) {
	if s, ok := f.File.(io.Seeker); ok {
		return s.Seek(off, whence)
	}
	return 0, eSPipe
}

func (f *fsFile) Write([]byte) (int, error)          { return 0, eROFS }
func (f *fsFile) appendAll([][]byte) (int, error)    { return 0, eROFS }
func (f *fsFile) WriteAt([]byte, int64) (int, error) { return 0, eROFS }
func (f *fsFile) Sync() error                        { return nil }
func (f *fsFile) Truncate(int64) error               { return eROFS }
func (f *fsFile) setTimes(_, _ time.Time) error      { return eROFS }
