// Package cache keeps results of compilation in a directory, by key, for later
// runs and other processes.
//
// An entry is a file: a header, with the key and a checksum of the rest, and the
// content. It is written under another name and renamed, so that nobody reads half
// of one; there are no locks. An entry that is damaged, truncated or something else
// is as good as absent, and the next one of its key replaces it. The checksum
// protects from accidents, not from attackers: whoever can write to the directory
// decides what is run. It is made for its owner alone.
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
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
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
	path     string
	maxBytes int64

	mu      sync.Mutex
	growing map[*Records]struct{} // that have something to be written
}

// Open returns a directory, which it makes if need be, and refuses if everybody may
// write to it. The files in it will have at most maxBytes together.
func Open(path string, maxBytes int64) (*Dir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	// Windows has no such permissions.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0 {
		return nil, fmt.Errorf("%s: everybody may write to the directory, so its content cannot be believed", path)
	}
	return &Dir{path: path, maxBytes: maxBytes}, nil
}

// Secret returns the secret of the directory, which it makes if need be. If several processes do so at the same
// moment, what some of them put will not be found. If it cannot be kept, nothing will be.
func (d *Dir) Secret() *Secret {
	name, k := filepath.Join(d.path, "secret"), NewKey("secret")
	for range 2 {
		if b, err := d.read(name, k); err == nil && len(b) == len(Secret{}) {
			return (*Secret)(b)
		}
		_ = d.write(name, k, NewSecret()[:])
	}
	return NewSecret()
}

// NewSecret returns a secret that nobody knows.
func NewSecret() *Secret {
	s := new(Secret)
	_, _ = rand.Read(s[:]) // it never fails
	return s
}

func (d *Dir) file(k Key) string { return filepath.Join(d.path, hex.EncodeToString(k[:])+suffix) }

// Get returns the content of an entry; false if there is none that is intact.
func (d *Dir) Get(k Key) ([]byte, bool) {
	name := d.file(k)
	content, err := d.read(name, k)
	if err != nil {
		return nil, false
	}
	now := time.Now()
	_ = os.Chtimes(name, now, now) // then it only looks older than it is
	return content, true
}

// errForeign is the error for files that are not entries of their key.
var errForeign = errors.New("not an intact entry")

func (d *Dir) read(name string, k Key) ([]byte, error) {
	// What is not a regular file could block.
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if size := info.Size(); !info.Mode().IsRegular() || size < headerSize || size > d.maxBytes {
		return nil, errForeign
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, info.Size())
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
	err := d.write(d.file(k), k, content)
	if err == nil {
		d.trim()
	}
	return err
}

// write makes the file of an entry, or replaces it.
func (d *Dir) write(name string, k Key, content []byte) error {
	f, err := os.CreateTemp(d.path, temporary) // only for the owner
	if err != nil {
		return err
	}
	_, err = f.Write(slices.Concat(header(k, content), content))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// trim removes the least recently used entries until the others are within the
// bound, and what dead writers have left. Others may do the same at the same time.
func (d *Dir) trim() {
	files, err := os.ReadDir(d.path)
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
			_ = os.Remove(filepath.Join(d.path, info.Name()))
		}
	}
	slices.SortFunc(entries, func(a, b fs.FileInfo) int { return cmp.Compare(a.ModTime().UnixNano(), b.ModTime().UnixNano()) })
	for _, info := range entries {
		if total <= d.maxBytes {
			return
		}
		if os.Remove(filepath.Join(d.path, info.Name())) == nil {
			total -= info.Size()
		}
	}
}
