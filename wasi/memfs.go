package wasi

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A MemFS is a file system in memory, for [Config.WithWritableFS]. Go code may use it beside guests, also several of
// them: it is safe for concurrent use. Files that are removed while they are open go on until they are closed.
type MemFS struct {
	mu    sync.Mutex
	root  *memNode
	limit int64
	used  int64
	nodes uint64 // how many were made
}

// A memNode is a file, a directory or a symbolic link.
type memNode struct {
	mode            fs.FileMode
	inode, links    uint64
	atim, mtim, ctm time.Time
	data            []byte              // of a file
	entries         map[string]*memNode // of a directory
	target          string              // of a symbolic link
	open            int                 // how often it is
}

// nodeBytes is what a node counts beside its content: roughly what it takes.
const nodeBytes = 256

// NewMemFS makes an empty file system. Its files, with 256 bytes for each, may have limit bytes together: beyond that
// guests find no space left on the device.
func NewMemFS(limit int64) *MemFS {
	m := &MemFS{limit: min(limit, math.MaxInt)}
	m.root = m.newNode(fs.ModeDir | 0o777)
	return m
}

// newNode makes a node that counts already.
func (m *MemFS) newNode(mode fs.FileMode) *memNode {
	m.nodes++
	now := time.Now()
	n := &memNode{mode: mode, inode: m.nodes, links: 1, atim: now, mtim: now, ctm: now}
	if mode.IsDir() {
		n.entries = map[string]*memNode{}
	}
	return n
}

// use counts bytes more, unless there would be too many.
func (m *MemFS) use(bytes int64) error {
	if bytes > m.limit-m.used {
		return syscall.ENOSPC
	}
	m.used += bytes
	return nil
}

func memError(op, name string, err error) error { return &fs.PathError{Op: op, Path: name, Err: err} }

// node returns the node with a name. A symbolic link at the end is followed if follow is true, one before always.
func (m *MemFS) node(name string, follow bool) (*memNode, error) {
	if !fs.ValidPath(name) {
		return nil, fs.ErrInvalid
	}
	n, links := m.root, 0
	at := []*memNode{} // the directories on the way
	for todo := splitPath(name); len(todo) > 0; {
		element := todo[0]
		todo = todo[1:]
		if n.entries == nil {
			return nil, syscall.ENOTDIR
		}
		switch element {
		case "", ".":
			continue
		case "..":
			if len(at) > 0 {
				n, at = at[len(at)-1], at[:len(at)-1]
			}
			continue
		}
		next := n.entries[element]
		if next == nil {
			return nil, fs.ErrNotExist
		}
		if next.mode&fs.ModeSymlink != 0 && (len(todo) > 0 || follow) {
			if links++; links > maxLinks {
				return nil, syscall.ELOOP
			}
			todo = append(splitPath(next.target), todo...)
			continue
		}
		at = append(at, n)
		n = next
	}
	return n, nil
}

// parent returns the directory of a name and its last element.
func (m *MemFS) parent(name string) (*memNode, string, error) {
	if !fs.ValidPath(name) || name == "." {
		return nil, "", fs.ErrInvalid
	}
	dir, err := m.node(path.Dir(name), true)
	if err == nil && dir.entries == nil {
		err = syscall.ENOTDIR
	}
	return dir, path.Base(name), err
}

// add makes an entry for a new node. It counts what the node has.
func (m *MemFS) add(name string, mode fs.FileMode, content string) (*memNode, error) {
	dir, base, err := m.parent(name)
	if err != nil {
		return nil, err
	}
	if dir.entries[base] != nil {
		return nil, fs.ErrExist
	}
	if err := m.use(nodeBytes + int64(len(base)+len(content))); err != nil {
		return nil, err
	}
	n := m.newNode(mode)
	n.target = content
	dir.entries[base] = n
	dir.mtim = n.mtim
	return n, nil
}

// drop takes an entry out of a directory.
func (m *MemFS) drop(dir *memNode, base string) {
	n := dir.entries[base]
	delete(dir.entries, base)
	dir.mtim = time.Now()
	m.used -= int64(len(base))
	n.links--
	m.release(n)
}

// release stops counting a node that has no name any more and is not open.
func (m *MemFS) release(n *memNode) {
	if n.links == 0 && n.open == 0 {
		m.used -= nodeBytes + int64(len(n.data)+len(n.target))
	}
}

// Open implements [io/fs.FS].
func (m *MemFS) Open(name string) (fs.File, error) { return m.OpenFile(name, os.O_RDONLY, 0) }

// OpenFile implements [WritableFS].
func (m *MemFS) OpenFile(name string, flag int, perm fs.FileMode) (WritableFile, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.node(name, true)
	writes := flag&(os.O_WRONLY|os.O_RDWR) != 0
	switch {
	case errors.Is(err, fs.ErrNotExist) && flag&os.O_CREATE != 0:
		n, err = m.add(name, perm.Perm(), "")
	case err == nil && flag&(os.O_CREATE|os.O_EXCL) == os.O_CREATE|os.O_EXCL:
		err = fs.ErrExist
	case err == nil && n.entries != nil && (writes || flag&os.O_CREATE != 0):
		err = syscall.EISDIR
	}
	if err != nil {
		return nil, memError("open", name, err)
	}
	f := &memFile{fs: m, node: n, name: path.Base(name), reads: flag&os.O_WRONLY == 0, writes: writes}
	n.open++
	if flag&os.O_TRUNC != 0 {
		return f, f.resize(0) // less is always possible
	}
	return f, nil
}

// WriteFile makes a file with a content, or replaces that.
func (m *MemFS) WriteFile(name string, content []byte) error {
	f, err := m.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// Mkdir implements [WritableFS].
func (m *MemFS) Mkdir(name string, perm fs.FileMode) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.add(name, fs.ModeDir|perm.Perm(), ""); err != nil {
		if name == "." {
			err = fs.ErrExist
		}
		return memError("mkdir", name, err)
	}
	return nil
}

// Remove implements [WritableFS].
func (m *MemFS) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parent(name)
	switch {
	case err != nil:
	case dir.entries[base] == nil:
		err = fs.ErrNotExist
	case len(dir.entries[base].entries) > 0:
		err = syscall.ENOTEMPTY
	default:
		m.drop(dir, base)
		return nil
	}
	return memError("remove", name, err)
}

// Rename implements [WritableFS].
func (m *MemFS) Rename(oldName, newName string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.rename(oldName, newName); err != nil {
		return memError("rename", oldName, err)
	}
	return nil
}

func (m *MemFS) rename(oldName, newName string) error {
	from, old, err := m.parent(oldName)
	if err != nil {
		return err
	}
	to, base, err := m.parent(newName)
	if err != nil {
		return err
	}
	n, there := from.entries[old], to.entries[base]
	switch {
	case n == nil:
		return fs.ErrNotExist
	case n == there:
		return nil
	case n.entries != nil && n.contains(to):
		return syscall.EINVAL
	case there == nil:
	case there.entries != nil && there.contains(from):
		return syscall.ENOTEMPTY
	case there.entries != nil && n.entries == nil:
		return syscall.EISDIR
	case there.entries == nil && n.entries != nil:
		return syscall.ENOTDIR
	case len(there.entries) > 0:
		return syscall.ENOTEMPTY
	}
	if err := m.use(int64(len(base))); err != nil {
		return err
	}
	if there != nil {
		m.drop(to, base)
	}
	to.entries[base] = n
	n.links++
	m.drop(from, old)
	to.mtim = from.mtim
	return nil
}

// contains reports whether a directory is another one, or that is below it.
func (n *memNode) contains(other *memNode) bool {
	if n == other {
		return true
	}
	for _, e := range n.entries {
		if e.entries != nil && e.contains(other) {
			return true
		}
	}
	return false
}

// Symlink implements [SymlinkFS].
func (m *MemFS) Symlink(target, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.add(name, fs.ModeSymlink|0o777, target); err != nil {
		return memError("symlink", name, err)
	}
	return nil
}

// Link implements [LinkFS].
func (m *MemFS) Link(oldName, newName string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.node(oldName, false)
	if err == nil {
		var dir *memNode
		var base string
		switch dir, base, err = m.parent(newName); {
		case err != nil:
		case n.entries != nil:
			err = fs.ErrPermission
		case dir.entries[base] != nil:
			err = fs.ErrExist
		default:
			if err = m.use(int64(len(base))); err == nil {
				dir.entries[base] = n
				n.links++
				return nil
			}
		}
	}
	return memError("link", oldName, err)
}

// ReadLink implements [io/fs.ReadLinkFS].
func (m *MemFS) ReadLink(name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.node(name, false)
	if err == nil && n.mode&fs.ModeSymlink == 0 {
		err = fs.ErrInvalid
	}
	if err != nil {
		return "", memError("readlink", name, err)
	}
	return n.target, nil
}

// Lstat implements [io/fs.ReadLinkFS].
func (m *MemFS) Lstat(name string) (fs.FileInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.node(name, false)
	if err != nil {
		return nil, memError("lstat", name, err)
	}
	return n.info(path.Base(name)), nil
}

// Chtimes implements [ChtimesFS].
func (m *MemFS) Chtimes(name string, atime, mtime time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.node(name, false)
	if err != nil {
		return memError("chtimes", name, err)
	}
	n.atim, n.mtim, n.ctm = atime, mtime, time.Now()
	return nil
}

// A memInfo describes a node as it was.
type memInfo struct {
	name  string
	mode  fs.FileMode
	size  int64
	mtime time.Time
	stat  FileStat
}

func (n *memNode) info(name string) *memInfo {
	size := int64(len(n.data) + len(n.target))
	return &memInfo{name, n.mode, size, n.mtim, FileStat{n.inode, n.links, n.atim, n.ctm}}
}

func (i *memInfo) Name() string               { return i.name }
func (i *memInfo) Size() int64                { return i.size }
func (i *memInfo) Mode() fs.FileMode          { return i.mode }
func (i *memInfo) ModTime() time.Time         { return i.mtime }
func (i *memInfo) IsDir() bool                { return i.mode.IsDir() }
func (i *memInfo) Sys() any                   { return &i.stat }
func (i *memInfo) Type() fs.FileMode          { return i.mode.Type() }
func (i *memInfo) Info() (fs.FileInfo, error) { return i, nil }
func (i *memInfo) String() string             { return fs.FormatFileInfo(i) }

// A memFile is an open file or directory.
type memFile struct {
	fs            *MemFS
	node          *memNode
	name          string
	reads, writes bool
	closed        bool
	at            int64
	listed        []fs.DirEntry // of a directory that is being read; nil before
}

// resize sets the size of a file, in which what is new is zero. The file system is locked.
func (f *memFile) resize(size int64) error {
	if err := f.fs.use(size - int64(len(f.node.data))); err != nil {
		return err
	}
	if n := len(f.node.data); size < int64(n) {
		clear(f.node.data[size:]) // it may grow again
		f.node.data = f.node.data[:size]
	} else {
		f.node.data = slices.Grow(f.node.data, int(size)-n)[:size]
	}
	f.node.mtim = time.Now()
	f.node.ctm = f.node.mtim
	return nil
}

func (f *memFile) Stat() (fs.FileInfo, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return f.node.info(f.name), nil
}

// Close implements [io/fs.File].
func (f *memFile) Close() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if f.closed {
		return fs.ErrClosed
	}
	f.closed = true
	f.node.open--
	f.fs.release(f.node)
	return nil
}

func (f *memFile) Sync() error { return nil }

func (f *memFile) Read(b []byte) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	n, err := f.readAt(b, f.at)
	f.at += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

func (f *memFile) ReadAt(b []byte, off int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return f.readAt(b, off)
}

func (f *memFile) readAt(b []byte, off int64) (int, error) {
	switch {
	case f.node.entries != nil:
		return 0, memError("read", f.name, syscall.EISDIR)
	case !f.reads:
		return 0, memError("read", f.name, syscall.EBADF)
	case off < 0:
		return 0, memError("read", f.name, fs.ErrInvalid)
	case off >= int64(len(f.node.data)):
		if len(b) == 0 {
			return 0, nil
		}
		return 0, io.EOF
	}
	n := copy(b, f.node.data[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) Write(b []byte) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	n, err := f.writeAt(b, f.at)
	f.at += int64(n)
	return n, err
}

func (f *memFile) WriteAt(b []byte, off int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return f.writeAt(b, off)
}

func (f *memFile) writeAt(b []byte, off int64) (int, error) {
	if err := f.mayWrite(off); err != nil || len(b) == 0 {
		return 0, err
	}
	end := off + int64(len(b))
	if end < off {
		return 0, memError("write", f.name, syscall.EFBIG)
	}
	if err := f.resize(max(end, int64(len(f.node.data)))); err != nil {
		return 0, memError("write", f.name, err)
	}
	return copy(f.node.data[off:], b), nil
}

func (f *memFile) mayWrite(off int64) error {
	switch {
	case !f.writes:
		return memError("write", f.name, syscall.EBADF)
	case off < 0:
		return memError("write", f.name, fs.ErrInvalid)
	}
	return nil
}

func (f *memFile) Truncate(size int64) error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.mayWrite(size); err != nil {
		return err
	}
	if err := f.resize(size); err != nil {
		return memError("truncate", f.name, err)
	}
	return nil
}

func (f *memFile) Seek(off int64, whence int) (int64, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	switch whence {
	case io.SeekCurrent:
		off += f.at
	case io.SeekEnd:
		off += int64(len(f.node.data))
	}
	if off < 0 {
		return 0, memError("seek", f.name, fs.ErrInvalid)
	}
	f.at, f.listed = off, nil
	return off, nil
}

// ReadDir implements [io/fs.ReadDirFile].
func (f *memFile) ReadDir(n int) ([]fs.DirEntry, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if f.node.entries == nil {
		return nil, memError("readdir", f.name, syscall.ENOTDIR)
	}
	if f.listed == nil {
		f.listed = []fs.DirEntry{}
		for name, node := range f.node.entries {
			f.listed = append(f.listed, node.info(name))
		}
		slices.SortFunc(f.listed, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
	rest := f.listed[min(f.at, int64(len(f.listed))):]
	if n > 0 {
		if len(rest) == 0 {
			return nil, io.EOF
		}
		rest = rest[:min(n, len(rest))]
	}
	f.at += int64(len(rest))
	return rest, nil
}
