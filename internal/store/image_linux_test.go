package store

import (
	"bytes"
	"testing"

	"golang.org/x/sys/unix"

	"weft/wasm"
)

// TestSnapshotsWithoutPagemap is TestSnapshots where private pages cannot be found.
func TestSnapshotsWithoutPagemap(t *testing.T) {
	images := 0
	testSnapshots(t, func(sn *Snapshot) {
		for i := range sn.memories {
			if im := sn.memories[i].image; im != nil {
				_ = unix.Close(im.pagemap)
				im.pagemap = -1
				images++
			}
		}
	})
	if images == 0 {
		t.Error("no memory has an image")
	}
}

// imaged makes a store with a memory of 2 MiB that has an image.
func imaged(t testing.TB) (*Store, *Memory, *Snapshot) {
	s, err := New(wasm.NewTypeSet(), nil, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	m, err := s.NewMemory(wasm.MemoryType{PageLog2: 16, Limits: wasm.Limits{Min: 32, Max: 64, HasMax: true, Shared: true}})
	if err != nil {
		t.Fatal(err)
	}
	b := m.Bytes()
	for i := range b {
		b[i] = byte(i * 7)
	}
	sn, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if sn.memories[0].image == nil {
		t.Fatal("the memory has no image")
	}
	return s, m, sn
}

// TestImageKeepsPages checks which pages are private after Restore, which is what its speed depends on, and that what
// nobody uses any more is thrown away.
func TestImageKeepsPages(t *testing.T) {
	s, m, sn := imaged(t)
	im := sn.memories[0].image
	if im.pagemap < 0 {
		t.Skip("there is no /proc/self/pagemap")
	}
	page := unix.Getpagesize()
	private := func(write int) (n uintptr) {
		for i := range write {
			m.Bytes()[i*page] ^= 0xff
		}
		if err := s.Restore(sn); err != nil {
			t.Fatal(err)
		}
		spans, ok := im.find(&m.Shared.region, im.size, isPrivate)
		if !ok {
			t.Fatal("the pagemap cannot be read")
		}
		for _, s := range spans {
			n += (s.to - s.from) / uintptr(page)
		}
		return n
	}
	all := len(m.Bytes()) / page
	for _, c := range []struct{ write, want int }{{3, 3}, {1, 3}, {0, 3}, {all, all}, {all - 1, all}, {1, 0}, {2, 2}} {
		if got := private(c.write); got != uintptr(c.want) {
			t.Errorf("%d pages are private after %d were written, want %d", got, c.write, c.want)
		}
	}
}

// TestImageIsGone takes regions that were backed by images: they must be as new ones, and nothing may be left.
func TestImageIsGone(t *testing.T) {
	plots.drop()
	regions.drop()
	for _, retired := range []bool{false, true} {
		for _, early := range []bool{false, true} {
			before := regions.mappings
			s, m, sn := imaged(t)
			if _, ok := m.Grow(3); !ok {
				t.Fatal("the memory does not grow")
			}
			if retired {
				if _, ok := m.Lend(0, 100); !ok {
					t.Fatal("no slice")
				}
			}
			base, size := m.Record.Base, m.Shared.region.reserved
			if early {
				sn.Release()
			}
			s.Close()
			r, err := reserveLike(size, 0)
			if err != nil {
				t.Fatal(err)
			}
			if (r.Base == base) == (retired && retires) {
				t.Errorf("retired: %v, and the region is at %p after %p", retired, r.Base, base)
			}
			if err := r.Commit(64 << 16); err != nil {
				t.Fatal(err)
			}
			if r.backed != 0 || r.image != nil || len(bytes.TrimLeft(r.bytes(0, 64<<16), "\x00")) > 0 {
				t.Error("a region is not zero that was backed by an image")
			}
			r.Release()
			regions.endRest()
			if n := regions.mappings - before; n > 2 { // plots of the store, which are kept
				t.Errorf("retired %v, released early %v: %d mappings are left", retired, early, n)
			}
		}
	}
}

// TestImageNeedsWhatIsThere records where there are no mappings, or no descriptors, left: then the memory is copied.
func TestImageNeedsWhatIsThere(t *testing.T) {
	s, m, sn := imaged(t)
	m.Bytes()[9] = 99
	limit := regions.limit
	defer func() { regions.limit = limit }()
	n := regions.mappings
	regions.limit = func() int { return n }
	copied, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if copied.memories[0].image != nil {
		t.Error("there is an image")
	}
	if regions.mappings != n {
		t.Errorf("%d mappings are counted, %d were", regions.mappings, n)
	}
	for _, c := range []struct {
		sn   *Snapshot
		want byte
	}{{sn, 63}, {copied, 99}, {sn, 63}, {copied, 99}} {
		if err := s.Restore(c.sn); err != nil || m.Bytes()[9] != c.want {
			t.Errorf("%v, byte 9 is %d, want %d", err, m.Bytes()[9], c.want)
		}
	}
}

// BenchmarkRestore restores a shared memory of which some pages have been written. The writes are part of the time,
// since the page faults are in them.
func BenchmarkRestore(b *testing.B) {
	page := unix.Getpagesize()
	for _, c := range []struct {
		name  string
		pages int
	}{{"nothing written", 0}, {"5 pages", 5}, {"20 pages", 20}, {"100 pages", 100}} {
		b.Run(c.name, func(b *testing.B) {
			s, m, sn := imaged(b)
			data := m.Bytes()
			for b.Loop() {
				for i := range c.pages {
					data[(i*5*page+i)%len(data)]++
				}
				if err := s.Restore(sn); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("copy of 2 MiB, to compare", func(b *testing.B) {
		_, m, sn := imaged(b)
		data := make([]byte, m.Len())
		for b.Loop() {
			copy(data, sn.memories[0].image.view)
		}
	})
}
