package wasi

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// A dirEntry is an entry of a directory.
type dirEntry struct {
	name     string
	fileType uint8
	ino      uint64
}

const (
	// maxListed bounds the bytes of the listings that the directories of a System
	// have together.
	maxListed = 64 << 20
	// entryBytes is what an entry takes beside its name.
	entryBytes = 40
	// listChunk is how many entries are asked for at once.
	listChunk = 256
	// sortRun is how many entries are sorted before the context is looked at.
	sortRun = 4096
)

// A listing is what a directory held when a guest began to read it. Making one ends
// with the context.
type listing struct {
	ctx     context.Context
	entries []dirEntry
	bytes   int
}

// add adds an entry.
func (l *listing) add(e dirEntry) error {
	if l.bytes += entryBytes + len(e.name); l.bytes > maxListed {
		return eNoMem
	}
	l.entries = append(l.entries, e)
	return l.ended()
}

func (l *listing) ended() error {
	if l.ctx.Err() != nil {
		return eIntr
	}
	return nil
}

// sort sorts the entries by name, so that two runs see the same order: short runs
// first, which are then merged.
func (l *listing) sort() error {
	for run := range slices.Chunk(l.entries, sortRun) {
		slices.SortFunc(run, func(a, b dirEntry) int { return strings.Compare(a.name, b.name) })
		if err := l.ended(); err != nil {
			return err
		}
	}
	for width := sortRun; width < len(l.entries); width *= 2 {
		merged := make([]dirEntry, 0, len(l.entries))
		for two := range slices.Chunk(l.entries, 2*width) {
			var err error
			n := min(width, len(two))
			if merged, err = l.merge(merged, two[:n], two[n:]); err != nil {
				return err
			}
		}
		l.entries = merged
	}
	return nil
}

// merge appends two sorted lists as one.
func (l *listing) merge(merged, a, b []dirEntry) ([]dirEntry, error) {
	for len(a) > 0 && len(b) > 0 {
		from := &a
		if cmp.Less(b[0].name, a[0].name) {
			from = &b
		}
		merged = append(merged, (*from)[0])
		*from = (*from)[1:]
		if len(merged)%sortRun == 0 {
			if err := l.ended(); err != nil {
				return nil, err
			}
		}
	}
	return append(append(merged, a...), b...), nil
}

// list makes the listing of a directory, "." and ".." before the others. No guest
// is told of what is above a directory that it has, so that is its own parent.
func (t *thread) list(dir directory) (*listing, error) {
	if err := t.system.listing.pass(t.ctx); err != nil {
		return nil, err
	}
	defer t.system.listing.leave()
	st, err := dir.stat()
	if err != nil {
		return nil, err
	}
	l := &listing{ctx: t.ctx}
	if err := dir.list(l); err != nil {
		return nil, err
	}
	if err := l.sort(); err != nil {
		return nil, err
	}
	// Where the host has no numbers of files they are 0, which C libraries take for unknown.
	ino := max(st.ino, 1)
	l.entries = slices.Insert(l.entries, 0, dirEntry{".", typeDirectory, ino}, dirEntry{"..", typeDirectory, ino})
	l.ctx = nil // it is made
	return l, nil
}

// keep keeps the listing of a descriptor for the next time that the guest reads it.
// The oldest listings make room; they are made anew when they are needed.
func (s *System) keep(d *descriptor, l *listing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(d)
	d.listing.Store(l)
	s.listed, s.listedBytes = append(s.listed, d), s.listedBytes+l.bytes
	for s.listedBytes > maxListed {
		s.forget(s.listed[0])
	}
}

// forget drops the listing of a descriptor. The System is locked.
func (s *System) forget(d *descriptor) {
	if l := d.listing.Swap(nil); l != nil {
		s.listedBytes -= l.bytes
		at := slices.Index(s.listed, d)
		s.listed = slices.Delete(s.listed, at, at+1)
	}
}
