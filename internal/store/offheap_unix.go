//go:build unix

package store

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Region is a range of reserved address space whose beginning is usable.
type Region struct {
	Base     unsafe.Pointer
	reserved uintptr
	usable   uintptr
	// spare bytes behind are reserved, too, and retired bytes before are not used again (see Retire).
	spare   uintptr
	retired uintptr
	plot    bool // it is a plot (see plotPool), and usable as a whole
	// The first backed bytes are a private mapping of an image's file, and usable; the rest is anonymous.
	backed uintptr
	image  *image
}

// reserveLike reserves address space, and prefers regions of which exactly the first usable bytes are
// usable.
func reserveLike(size, usable uintptr) (Region, error) { return reserveSpare(size, usable, 0) }

// reserveSpare is reserveLike with spare bytes behind, where there is so much address space.
func reserveSpare(size, usable, spare uintptr) (Region, error) {
	size = roundUp(size, pageRound)
	if r, ok := regions.take(size, roundUp(usable, pageRound)); ok {
		return r, nil
	}
	if err := regions.countAddresses(size + spare); err != nil {
		return Region{}, err
	}
	if err := regions.count(1); err != nil {
		regions.uncountAddresses(size + spare)
		return Region{}, err
	}
	p, err := mapRegion(size + spare)
	if err != nil && spare > 0 {
		regions.uncountAddresses(spare)
		spare = 0
		p, err = mapRegion(size)
	}
	if err != nil && regions.drop() {
		p, err = mapRegion(size)
	}
	if err != nil && regions.endRest() {
		p, err = mapRegion(size)
	}
	if err != nil && plots.drop() {
		p, err = mapRegion(size)
	}
	if err != nil {
		regions.uncount(1)
		regions.uncountAddresses(size)
		return Region{}, fmt.Errorf("reserve %d bytes of address space: %w", size, err)
	}
	return Region{Base: p, reserved: size, spare: spare}, nil
}

// admitStore refuses a store for which there are not enough mappings.
func admitStore() error { return regions.admit() }

func mapRegion(size uintptr) (unsafe.Pointer, error) {
	if guardedBytes > 0 && size == guardedBytes {
		return regions.ahead.take()
	}
	return mapAlone(size)
}

func mapAlone(size uintptr) (unsafe.Pointer, error) {
	return unix.MmapPtr(-1, 0, nil, size, unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE|mapNoReserve)
}

// Commit makes the first size bytes usable, if they are not.
func (r *Region) Commit(size uintptr) error {
	size = roundUp(size, pageRound)
	if size <= r.usable {
		return nil
	}
	if size > r.reserved {
		return fmt.Errorf("commit %d bytes: only %d are reserved", size, r.reserved)
	}
	if err := r.count(size); err != nil {
		return err
	}
	if err := unix.Mprotect(r.bytes(r.usable, size), unix.PROT_READ|unix.PROT_WRITE); err != nil {
		r.uncount(size)
		return fmt.Errorf("commit %d bytes of memory: %w", size, err)
	}
	r.usable = size
	return nil
}

// trim makes what is behind the first size bytes unusable. It holds zeros.
func (r *Region) trim(size uintptr) error {
	size = roundUp(size, pageRound)
	if size >= r.usable {
		return nil
	}
	if err := r.count(size); err != nil {
		return err
	}
	if err := unix.Mprotect(r.bytes(size, r.usable), unix.PROT_NONE); err != nil {
		r.uncount(size)
		return fmt.Errorf("guard memory behind %d bytes: %w", size, err)
	}
	r.usable = size
	return nil
}

// mappings is how many mappings the region takes if its first bytes are usable: one for these, one for the
// others, and one more if only the first of these are an image's. (The system may join neighbours; nobody relies on that.)
func (r *Region) mappings(usable uintptr) int {
	n := 1
	if usable != 0 && usable != r.reserved+r.spare {
		n++
	}
	if r.backed != 0 && r.backed < usable {
		n++
	}
	return n
}

// count counts the mapping that comes, or goes, when other bytes become usable.
func (r *Region) count(usable uintptr) error {
	more := r.mappings(usable) - r.mappings(r.usable)
	if more > 0 {
		return regions.count(more)
	}
	regions.uncount(-more)
	return nil
}

// uncount takes back what count has counted, when the bytes do not become usable.
func (r *Region) uncount(usable uintptr) { regions.uncount(r.mappings(usable) - r.mappings(r.usable)) }

func (r *Region) bytes(from, to uintptr) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(r.Base, from)), to-from)
}

// Release gives the address space back.
func (r *Region) Release() {
	if r.plot {
		plots.put(*r, r.reserved)
		*r = Region{}
	}
	if r.Base != nil {
		// It cannot fail for a range that was mapped as a whole.
		_ = unix.MunmapPtr(r.Base, r.reserved+r.spare)
		regions.uncount(r.mappings(r.usable))
		regions.uncountAddresses(r.retired + r.reserved + r.spare)
		*r = Region{}
	}
}

// makeAnonymous ends that the region is backed by an image. What was is zero then.
func (r *Region) makeAnonymous() error {
	if r.backed != 0 && !r.zero() {
		return fmt.Errorf("make %d bytes of memory anonymous: the system refuses", r.backed)
	}
	return nil
}

// Recycle gives a region back of which only the first dirty bytes may be other than zero, so that the
// next one of its size needs no mapping.
func (r *Region) Recycle(dirty uintptr) {
	if r.Base == nil {
		return
	}
	if r.plot {
		plots.put(*r, dirty)
		*r = Region{}
		return
	}
	dirty = min(dirty, r.usable)
	if r.backed != 0 {
		if !r.zero() {
			r.Release()
			return
		}
	} else if dirty <= fewDirty {
		clear(r.bytes(0, dirty))
	} else if !giveBack(r.bytes(0, dirty)) {
		r.Release()
		return
	}
	if !regions.put(*r) {
		r.Release()
	}
	*r = Region{}
}
