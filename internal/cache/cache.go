// Package cache keeps results of compilation in a directory, by key, for later
// runs and other processes.
//
// An entry is a file: a header, with the key and a checksum of the rest, and the
// content. It is written under another name and renamed, so that nobody reads half
// of one; only who reads an entry to write more of it has a lock. An entry that is damaged, truncated or something else
// is as good as absent, and the next one of its key replaces it. The checksum
// protects from accidents, not from attackers: whoever can write to the directory
// decides what is run. So it is used only if nobody else can write to it or put another in
// its place, and entries only if they are of its owner (trust_unix.go).
//
// What keys are made from is told by digests, for which each directory has a secret: a file
// beside the entries. If that is lost, so are the entries.
//
// The entries together stay within a bound. A use of an entry sets the file's time,
// and the least recently used are removed first.
package cache

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Key names an entry: a hash of everything that its content depends on.
type Key [sha256.Size]byte

// NewKey returns the key for a kind of content and what it is made from. Different
// lists of parts have different keys.
func NewKey(kind string, parts ...[]byte) Key {
	h := sha256.New()
	var length [8]byte
	for _, part := range append([][]byte{[]byte(kind)}, parts...) {
		binary.LittleEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write(part)
	}
	return Key(h.Sum(nil))
}

const (
	// suffix ends the names of entries, and temporary begins those of files that
	// are being written.
	suffix    = ".weft"
	temporary = "tmp-"
	// abandoned is the age of temporary files whose writer must have died.
	abandoned = time.Hour
)

// magic begins entries; it changes with their format.
var magic = []byte("weft cache 2\n\x00\x00\x00")

// headerSize is the size of magic, key, checksum and the content's length.
const headerSize = 16 + 2*sha256.Size + 8

// A Dir is a directory of entries. It is safe for concurrent use, also by several
// processes.
type Dir struct {
	root     *os.Root // the directory that was checked, whatever has its name now
	maxBytes int64

	writing sync.Mutex // held, with the lock of the directory, while an entry is read and written again

	mu      sync.Mutex
	growing map[*Records]struct{} // that have something to be written
}

// Open returns a directory, which it makes if need be, and refuses if others than the user who runs the program,
// and root, may write to it or put another in its place. The files in it will have at most maxBytes together.
func Open(path string, maxBytes int64) (*Dir, error) {
	path, err := settle(path)
	if err != nil {
		return nil, err
	}
	if err := trustPath(path); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(".")
	if err == nil {
		err = trust(path, info)
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &Dir{root: root, maxBytes: maxBytes}, nil
}

// settle makes a directory and returns its path without symbolic links: those may be others'. What
// is there already must be to be trusted before anything is made in it.
func settle(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	missing := ""
	for {
		found, err := filepath.EvalSymlinks(path)
		if err == nil {
			if missing == "" {
				return found, nil
			}
			if err := trustPath(found); err != nil {
				return "", err
			}
			made := filepath.Join(found, missing)
			return made, os.MkdirAll(made, 0o700)
		}
		parent := filepath.Dir(path)
		if !errors.Is(err, fs.ErrNotExist) || parent == path {
			return "", err
		}
		path, missing = parent, filepath.Join(filepath.Base(path), missing)
	}
}

// trustPath checks a directory and all above it.
func trustPath(path string) error {
	for {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if err := trustAbove(path, info); err != nil {
			return err
		}
		parent := filepath.Dir(path)
		if parent == path {
			return nil
		}
		path = parent
	}
}

// Secret returns the secret of the directory, which it makes if need be. If it cannot be kept, nothing will be.
func (d *Dir) Secret() *Secret {
	secret := d.readSecret()
	if secret != nil {
		return secret
	}
	made := NewSecret()
	err := d.locked(func() error {
		if secret = d.readSecret(); secret != nil { // somebody else was faster
			return nil
		}
		return d.write(secretName, NewKey(secretName), made[:])
	})
	if err == nil && secret != nil {
		return secret
	}
	return made
}

const secretName = "secret"

// readSecret returns nil if there is none that is intact.
func (d *Dir) readSecret() *Secret {
	b, err := d.read(secretName, NewKey(secretName))
	if err != nil || len(b) != len(Secret{}) {
		return nil
	}
	return (*Secret)(b)
}

// NewSecret returns a secret that nobody knows.
func NewSecret() *Secret {
	s := new(Secret)
	_, _ = rand.Read(s[:]) // it never fails
	return s
}

func (k Key) file() string { return hex.EncodeToString(k[:]) + suffix }

// Get returns the content of an entry; false if there is none that is intact.
func (d *Dir) Get(k Key) ([]byte, bool) {
	name := k.file()
	content, err := d.read(name, k)
	if err != nil {
		return nil, false
	}
	now := time.Now()
	_ = d.root.Chtimes(name, now, now) // then it only looks older than it is
	return content, true
}

// errForeign is the error for files that are not entries of their key.
var errForeign = errors.New("not an intact entry")

func (d *Dir) read(name string, k Key) ([]byte, error) {
	// What is not a regular file could block.
	if info, err := d.root.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return nil, cmp.Or(err, errForeign)
	}
	f, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	if !info.Mode().IsRegular() || size < headerSize || size > d.maxBytes || trust(name, info) != nil {
		return nil, errForeign
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(f, b); err != nil {
		return nil, err
	}
	content := b[headerSize:]
	if !bytes.Equal(b[:headerSize], header(k, content)) {
		return nil, errForeign
	}
	return content, nil
}

// header returns the header of an entry.
func header(k Key, content []byte) []byte {
	sum := (*Secret)(&k).Digest(content)
	return binary.LittleEndian.AppendUint64(slices.Concat(magic, k[:], sum[:]), uint64(len(content)))
}

// Put makes an entry, or replaces it. The error says why it could not; the
// directory is then as it was.
func (d *Dir) Put(k Key, content []byte) error {
	if int64(len(content)) > d.maxBytes-headerSize {
		return errors.New("larger than the bound of the cache")
	}
	err := d.write(k.file(), k, content)
	if err == nil {
		d.trim()
	}
	return err
}

// write makes the file of an entry, or replaces it.
func (d *Dir) write(name string, k Key, content []byte) error {
	unfinished := temporary + rand.Text()
	f, err := d.root.OpenFile(unfinished, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(slices.Concat(header(k, content), content))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = d.root.Rename(unfinished, name)
	}
	if err != nil {
		return errors.Join(err, d.root.Remove(unfinished))
	}
	return nil
}

// trim removes the least recently used entries until the others are within the
// bound, and what dead writers have left. Others may do the same at the same time.
func (d *Dir) trim() {
	files, err := fs.ReadDir(d.root.FS(), ".")
	if err != nil {
		return // the next writer tries again
	}
	var entries []fs.FileInfo
	total := int64(0)
	for _, file := range files {
		info, err := file.Info()
		switch {
		case err != nil || !info.Mode().IsRegular():
		case strings.HasSuffix(info.Name(), suffix):
			entries = append(entries, info)
			total += info.Size()
		case strings.HasPrefix(info.Name(), temporary) && time.Since(info.ModTime()) > abandoned:
			_ = d.root.Remove(info.Name())
		}
	}
	slices.SortFunc(entries, func(a, b fs.FileInfo) int { return cmp.Compare(a.ModTime().UnixNano(), b.ModTime().UnixNano()) })
	for _, info := range entries {
		if total <= d.maxBytes {
			return
		}
		if d.root.Remove(info.Name()) == nil {
			total -= info.Size()
		}
	}
}
