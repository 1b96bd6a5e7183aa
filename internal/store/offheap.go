package store

import "unsafe"

// Memory outside the Go heap. Invariants:
//
//   - It never holds a pointer into the Go heap; so the collector need not know it.
//   - It starts zeroed and does not move until it is released.
//   - It is released only by its owner's Close or cleanup, when no code runs
//     that could still use it.
//
// On systems without mmap the Go heap stands in (offheap_other.go): its large
// objects do not move either, and the owner keeps them reachable.

// pageRound is the granularity of committing memory, a multiple of any page size.
const pageRound = 64 << 10

func roundUp(n, to uintptr) uintptr { return (n + to - 1) &^ (to - 1) }

// Size returns the number of usable bytes.
func (r *Region) Size() uintptr { return r.usable }

// An Arena hands out small pieces of memory that live until all are released.
type Arena struct {
	chunks     []Region
	next, left uintptr
}

// Alloc returns zeroed memory, aligned to 16 bytes.
func (a *Arena) Alloc(size uintptr) (unsafe.Pointer, error) {
	size = roundUp(max(size, 1), 16)
	if size > a.left {
		chunk := roundUp(max(size, pageRound<<min(len(a.chunks), 6)), pageRound)
		r, err := ReserveRegion(chunk)
		if err == nil {
			err = r.Commit(chunk)
		}
		if err != nil {
			return nil, err
		}
		a.chunks = append(a.chunks, r)
		a.next, a.left = uintptr(r.Base), chunk
	}
	p := a.next
	a.next += size
	a.left -= size
	return Pointer(p), nil
}

// Release gives back everything that the arena handed out.
func (a *Arena) Release() {
	for i := range a.chunks {
		used := a.chunks[i].Size()
		if i == len(a.chunks)-1 {
			used -= a.left
		}
		a.chunks[i].Recycle(used)
	}
	*a = Arena{}
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
