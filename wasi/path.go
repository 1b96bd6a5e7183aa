package wasi

import (
	"bytes"
	"os"
	"path"
	"strings"
	"unicode/utf8"
)

// splitPath returns the elements of a path.
func splitPath(name string) []string { return strings.Split(name, "/") }

// followLinks is the flag of a lookup that says that a symbolic link at the end
// stands for its target.
const followLinks = 1

// A place is where a path of the guest leads: a directory and a path in it.
type place struct {
	descriptor *descriptor
	directory
	path string
	// slash says that there was a slash at the end: it must be a directory.
	slash bool
}

// place reads a path and the descriptor that it begins at.
func (t *thread) place(fd, addr, size uint64) (p place, errno Errno) {
	if p.descriptor = t.lookup(fd); p.descriptor == nil {
		return p, eBadF
	}
	var ok bool
	if p.directory, ok = p.descriptor.object.(directory); !ok {
		return p, eNotDir
	}
	name, errno := t.pathAt(addr, size)
	p.path = strings.TrimRight(name, "/")
	p.slash = len(p.path) < len(name)
	return p, errno
}

// maxPath bounds the bytes of a path, as systems do (PATH_MAX).
const maxPath = 4096

// pathAt reads a relative path.
func (t *thread) pathAt(addr, size uint64) (string, Errno) {
	b, errno := t.bytes(addr, size)
	switch {
	case errno != success:
		return "", errno
	case size == 0:
		return "", eNoEnt
	case size > maxPath:
		return "", eNameLong
	case !utf8.Valid(b):
		return "", eIlSeq
	case bytes.IndexByte(b, 0) >= 0: // host calls get paths that end with it
		return "", eInval
	case b[0] == '/':
		return "", ePerm
	}
	return string(b), success
}

// what returns a description of the file, and what is wrong with its type: a
// path with a slash at the end means a directory.
func (p *place) what(follow bool) (filestat, error) {
	st, err := p.lookup(p.path, follow || p.slash)
	if err == nil && p.slash && st.fileType != typeDirectory {
		err = eNotDir
	}
	return st, err
}

// last reports whether the path ends with a name, and not with "." or "..".
func (p *place) last() bool {
	base := path.Base(p.path)
	return base != "." && base != ".."
}

func (t *thread) pathCreateDirectory(a []uint64) Errno {
	p, errno := t.place(a[0], a[1], a[2])
	if errno != success {
		return errno
	}
	if !p.last() {
		// It is there already, unless the path leads out of the directory.
		if _, err := p.what(true); err != nil {
			return errnoOf(err)
		}
		return eExist
	}
	return errnoOf(p.makeDirectory(p.path))
}

func (t *thread) pathFilestatGet(a []uint64) Errno {
	st, errno := t.pathFilestat(a)
	if errno != success {
		return errno
	}
	return t.putFilestat(a[4], &st)
}

func (t *thread) pathFilestat(a []uint64) (filestat, Errno) {
	p, errno := t.place(a[0], a[2], a[3])
	if errno != success {
		return filestat{}, errno
	}
	st, err := p.what(a[1]&followLinks != 0)
	return st, errnoOf(err)
}

func (t *thread) pathFilestatSetTimes(a []uint64) Errno {
	p, errno := t.place(a[0], a[2], a[3])
	if errno != success {
		return errno
	}
	atim, mtim, errno := t.system.times(a[4], a[5], a[6])
	if errno != success {
		return errno
	}
	follow := a[1]&followLinks != 0 || p.slash
	if _, err := p.what(follow); err != nil {
		return errnoOf(err)
	}
	return errnoOf(p.setTimes(p.path, follow, atim, mtim))
}

func (t *thread) pathLink(a []uint64) Errno {
	from, errno := t.place(a[0], a[2], a[3])
	if errno != success {
		return errno
	}
	to, errno := t.place(a[4], a[5], a[6])
	if errno != success {
		return errno
	}
	if a[1]&followLinks != 0 {
		return eInval
	}
	st, err := from.what(false)
	if err != nil {
		return errnoOf(err)
	}
	if st.fileType == typeDirectory {
		return ePerm
	}
	if to.slash {
		if _, err := to.what(true); err != nil {
			return errnoOf(err)
		}
		return eExist
	}
	return errnoOf(from.link(from.path, to.directory, to.path))
}

func (t *thread) pathReadlink(a []uint64) Errno {
	p, errno := t.place(a[0], a[1], a[2])
	if errno != success {
		return errno
	}
	b, errno := t.bytes(a[3], a[4])
	if errno != success {
		return errno
	}
	if errno := t.put32(a[5], 0); errno != success {
		return errno
	}
	st, err := p.what(false)
	if err != nil {
		return errnoOf(err)
	}
	if st.fileType != typeSymbolicLink {
		return eInval
	}
	target, err := p.readLink(p.path)
	if err != nil {
		return errnoOf(err)
	}
	return t.put32(a[5], uint32(copy(b, target)))
}

func (t *thread) pathRemoveDirectory(a []uint64) Errno {
	p, errno := t.place(a[0], a[1], a[2])
	if errno != success {
		return errno
	}
	if st, err := p.what(false); err != nil {
		return errnoOf(err)
	} else if st.fileType != typeDirectory {
		return eNotDir
	}
	if !p.last() {
		return eInval
	}
	return errnoOf(p.remove(p.path))
}

func (t *thread) pathUnlinkFile(a []uint64) Errno {
	p, errno := t.place(a[0], a[1], a[2])
	if errno != success {
		return errno
	}
	if st, err := p.what(false); err != nil {
		return errnoOf(err)
	} else if st.fileType == typeDirectory {
		return eIsDir
	}
	return errnoOf(p.remove(p.path))
}

func (t *thread) pathRename(a []uint64) Errno {
	from, errno := t.place(a[0], a[1], a[2])
	if errno != success {
		return errno
	}
	to, errno := t.place(a[3], a[4], a[5])
	if errno != success {
		return errno
	}
	st, err := from.what(false)
	if err != nil {
		return errnoOf(err)
	}
	if !from.last() || !to.last() {
		return eBusy
	}
	if to.slash && st.fileType != typeDirectory {
		return eNotDir
	}
	return errnoOf(from.rename(from.path, to.directory, to.path))
}

func (t *thread) pathSymlink(a []uint64) Errno {
	p, errno := t.place(a[2], a[3], a[4])
	if errno != success {
		return errno
	}
	target, errno := t.pathAt(a[0], a[1])
	if errno != success {
		return errno
	}
	if p.slash {
		if _, err := p.what(true); err != nil {
			return errnoOf(err)
		}
		return eExist
	}
	return errnoOf(p.symlink(target, p.path))
}

// The flags of path_open.
const (
	openCreate = 1 << iota
	openDirectory
	openExclusive
	openTruncate
	openAll = 1<<iota - 1
)

func (t *thread) pathOpen(a []uint64) Errno {
	p, errno := t.place(a[0], a[2], a[3])
	if errno != success {
		return errno
	}
	flags, base, inheriting := a[4], rights(a[5]), rights(a[6])
	if flags > openAll || a[7] > allFdFlags || flags&openDirectory != 0 && flags&(openCreate|openExclusive|openTruncate) != 0 {
		return eInval
	}
	follow := a[1]&followLinks != 0
	st, err := p.lookup(p.path, follow || p.slash)
	switch {
	case err != nil && (errnoOf(err) != eNoEnt || flags&openCreate == 0):
		return errnoOf(err)
	case err != nil && p.slash:
		return eIsDir
	case err == nil && flags&(openCreate|openExclusive) == openCreate|openExclusive:
		return eExist
	case err == nil && st.fileType == typeSymbolicLink:
		return eLoop
	}
	p.descriptor.mu.Lock()
	allowed := p.descriptor.inheriting
	p.descriptor.mu.Unlock()
	if flags&openTruncate != 0 && allowed&rightWrite == 0 {
		return eNotCapable
	}
	d := newDescriptor(nil, fdFlags(a[7]), 0, inheriting&allowed)
	if err == nil && st.fileType == typeDirectory {
		if base&rightWrite != 0 || flags&(openCreate|openTruncate) != 0 {
			return eIsDir
		}
		d.base = directoryRights & allowed
		d.object, err = p.openDirectory(p.path)
	} else {
		if flags&openDirectory != 0 || p.slash {
			return eNotDir
		}
		d.base = base & fileRights & allowed
		d.object, err = p.openFile(t, p.path, hostFlags(flags, d.base), 0o666, !d.has(flagNonblock))
	}
	if err != nil {
		return errnoOf(err)
	}
	return t.open(d, a[8])
}

// hostFlags returns the flags with which the host opens a file. Appending is not
// among them: guests can turn it on and off.
func hostFlags(flags uint64, base rights) int {
	host := os.O_RDONLY
	switch {
	case base&(rightRead|rightWrite) == rightRead|rightWrite || base&rightRead != 0 && flags&openTruncate != 0:
		host = os.O_RDWR
	case base&rightWrite != 0 || flags&openTruncate != 0:
		host = os.O_WRONLY
	}
	if flags&openCreate != 0 {
		host |= os.O_CREATE
	}
	if flags&openExclusive != 0 {
		host |= os.O_EXCL
	}
	if flags&openTruncate != 0 {
		host |= os.O_TRUNC
	}
	return host
}
