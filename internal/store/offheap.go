package store

import (
	"unsafe"

	"weft/internal/pages"
)

// Memory outside the Go heap. Invariants:
//
//   - It never holds a pointer into the Go heap; so the collector need not know it.
//   - It starts zeroed and does not move until it is released.
//   - It is released only by its owner's Close or cleanup, when no code runs
//     that could still use it.
//
// On systems without mmap the Go heap stands in (offheap_plain.go; on Windows for
// small ranges): its large objects do not move either, and the owner keeps them
// reachable.

// pageRound is the granularity of committing memory, a multiple of any page size.
const pageRound = 64 << 10

// maxPlot is the size of the largest plots (plots_unix.go).
const maxPlot = 256 << 20

// fewDirty is up to how many bytes it is quicker to write zeros than to give pages back and to get others.
const fewDirty = 16 << 10

func roundUp(n, to uintptr) uintptr { return (n + to - 1) &^ (to - 1) }

// Size returns the number of usable bytes.
func (r *Region) Size() uintptr { return r.usable }

// ReserveRegion reserves address space. What of it is usable, Size tells: nothing, or what was
// usable when the region was recycled.
func ReserveRegion(size uintptr) (Region, error) { return reserveLike(size, 0) }

// reserveUsable reserves address space whose first bytes are usable, and maybe more.
func reserveUsable(size, usable uintptr) (Region, error) {
	if r, ok := takePlot(size); ok {
		return r, nil
	}
	return reserveApart(size, usable)
}

// reserveApart is reserveUsable with a mapping of its own.
func reserveApart(size, usable uintptr) (Region, error) {
	r, err := reserveLike(size, usable)
	if err == nil {
		if err = r.Commit(usable); err != nil {
			r.Release()
		}
	}
	return r, err
}

// reserveGuarded reserves address space for a memory, of which no more than the first bytes are usable:
// what comes behind their last page faults.
func reserveGuarded(size, usable uintptr) (Region, error) {
	r, err := reserveSpare(size, usable, spareForViews)
	if err != nil {
		return r, err
	}
	if err = r.Commit(usable); err == nil {
		err = r.trim(usable)
	}
	if err != nil {
		r.Release()
	}
	return r, err
}

// recycle gives regions back that were handed out piece by piece, but for what is left of the last one.
func recycle(regions []Region, left uintptr) {
	for i := range regions {
		used := regions[i].Size()
		if i == len(regions)-1 {
			used -= left
		}
		regions[i].Recycle(used)
	}
}

// An Arena hands out small pieces of memory that live until all are released.
type Arena struct {
	chunks     []Region
	next, left uintptr
	ready      uintptr // of a large chunk: the pages below are
}

// Alloc returns zeroed memory, aligned to 16 bytes.
func (a *Arena) Alloc(size uintptr) (unsafe.Pointer, error) {
	size = roundUp(max(size, 1), 16)
	if size > a.left {
		if err := a.add(size); err != nil {
			return nil, err
		}
	}
	p := a.next
	a.next += size
	a.left -= size
	if a.next > a.ready && a.ready != 0 {
		a.populate()
	}
	return Pointer(p), nil
}

// What large chunks have is populated in steps: one by one, pages take four times as long.
const (
	largeChunk   = 8 * pageRound
	populateStep = 4 * pageRound
)

// populate has the pages ready for what is handed out, and the next step.
func (a *Arena) populate() {
	size := min(roundUp(a.next-a.ready, populateStep), a.next+a.left-a.ready)
	pages.Populate(unsafe.Slice((*byte)(Pointer(a.ready)), size))
	a.ready += size
}

// add adds memory of which size bytes can be handed out.
func (a *Arena) add(size uintptr) error {
	chunk := roundUp(max(size, pageRound<<min(len(a.chunks), 6)), pageRound)
	r, err := reserveUsable(chunk, chunk)
	if err != nil {
		return err
	}
	a.chunks = append(a.chunks, r)
	a.next, a.left, a.ready = uintptr(r.Base), chunk, 0
	if chunk >= largeChunk {
		a.ready = a.next
	}
	return nil
}

// Release gives back everything that the arena handed out.
func (a *Arena) Release() {
	recycle(a.chunks, a.left)
	*a = Arena{}
}

// GiveBackPages makes whole pages zero, by giving them back where the system takes them.
func GiveBackPages(p unsafe.Pointer, size uintptr) {
	if pages := unsafe.Slice((*byte)(p), size); !giveBack(pages) {
		clear(pages)
	}
}

// Pointer converts an address outside the Go heap; 0 gives nil. (The compiler
// takes the result of unsafe.Add for not nil, whatever the address.)
func Pointer(addr uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&addr)) }

// allocArray allocates n values of a type without Go pointers.
func allocArray[T any](a *Arena, n int) (*T, error) {
	var zero T
	p, err := a.Alloc(unsafe.Sizeof(zero) * uintptr(n))
	return (*T)(p), err
}

// at returns a pointer to element i of an array outside the Go heap.
func at[T any](base *T, i uint32) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(base), uintptr(i)*unsafe.Sizeof(*base)))
}
