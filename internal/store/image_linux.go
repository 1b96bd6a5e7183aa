package store

import (
	"bytes"
	"encoding/binary"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An image is the content of a memory in a file, which is mapped over the memory: writing to a page makes a private
// copy of it. Invariants of the unsafe code here:
//
//   - The file does not change, and does not become shorter: it is sealed. So what is mapped is always there.
//   - A region is backed by an image, or by none: then it is anonymous as a whole. Only its usable bytes are. Its
//     address does not change with that, nor what can be read there, except by restore.
//   - The mapping over a region needs the file, which the system keeps; it does not need the image. So an image may
//     be released while regions are backed by it.
//   - A region is made anonymous before anybody else gets it (Region.zero).
//   - The view is read by restore only, whose caller does not release the image meanwhile.
type image struct {
	file    int     // its descriptor
	pagemap int     // of the process; negative if there is none
	size    uintptr // a multiple of pageRound
	view    []byte  // the content of the file, to be read
	// What restore has found: ranges of private pages. It is kept for the next time.
	private []span
	entries []byte // of the pagemap
}

// A span is a range of offsets.
type span struct{ from, to uintptr }

// copiedWhole is up to which size a memory is copied, and has no image: it takes no longer than to find the pages that
// were written (BenchmarkRestore).
const copiedWhole = 128 << 10

// keptPrivate is how many private pages stay although few of them differ from the file.
const keptPrivate = 64

// pagemapEntries is how many entries are read at once, each of entryBytes.
const (
	pagemapEntries = 1024
	entryBytes     = 8
)

// newImage makes an image of the first n bytes of a region, and backs the region with it; false if the region should
// not have one, or if the system has no room for it.
func newImage(r *Region, n uintptr) (*image, bool) {
	size := roundUp(n, pageRound)
	if size <= copiedWhole || r.plot || regions.count(1) != nil {
		return nil, false
	}
	im := &image{file: -1, pagemap: -1, size: size, entries: make([]byte, pagemapEntries*entryBytes)}
	if im.fill(r, n) != nil || im.back(r) != nil {
		im.release()
		return nil, false
	}
	return im, true
}

// fill makes the file and its view.
func (im *image) fill(r *Region, n uintptr) (err error) {
	if im.file, err = unix.MemfdCreate("weft", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING); err != nil {
		im.file = -1
		return err
	}
	if im.pagemap, err = unix.Open("/proc/self/pagemap", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
		im.pagemap = -1
	}
	if err = unix.Ftruncate(im.file, int64(im.size)); err != nil {
		return err
	}
	if err = im.write(r, n); err != nil {
		return err
	}
	if _, err = unix.FcntlInt(uintptr(im.file), unix.F_ADD_SEALS,
		unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_WRITE|unix.F_SEAL_SEAL); err != nil {
		return err
	}
	view, err := unix.MmapPtr(im.file, 0, nil, im.size, unix.PROT_READ, unix.MAP_SHARED)
	if err == nil {
		im.view = unsafe.Slice((*byte)(view), im.size)
	}
	return err
}

// write writes what is not zero of the first n bytes of the region to the file.
func (im *image) write(r *Region, n uintptr) error {
	all := []span{{0, n}}
	if r.backed == 0 {
		// Pages that nobody has touched are zero. To look at them would touch them.
		if found, ok := im.find(r, n, func(entry uint64) bool { return entry>>62 != 0 }); ok {
			all = found
		}
	}
	zeros := make([]byte, pageRound)
	for _, s := range all {
		for from := s.from; from < min(s.to, n); from += pageRound {
			piece := r.bytes(from, min(from+pageRound, s.to, n))
			if bytes.Equal(piece, zeros[:len(piece)]) {
				continue
			}
			for done := 0; done < len(piece); {
				k, err := unix.Pwrite(im.file, piece[done:], int64(from)+int64(done))
				if err != nil {
					return err
				}
				done += k
			}
		}
	}
	return nil
}

// find returns the ranges of those pages of the first n bytes of a region whose entries in the pagemap are wanted;
// false if there is no pagemap. The ranges are valid until the next call.
func (im *image) find(r *Region, n uintptr, wanted func(entry uint64) bool) ([]span, bool) {
	found := im.private[:0]
	page := uintptr(os.Getpagesize())
	for at := uintptr(0); at < n; {
		k := min((n-at+page-1)/page, pagemapEntries) * entryBytes
		read, err := unix.Pread(im.pagemap, im.entries[:k], int64((uintptr(r.Base)+at)/page*entryBytes))
		if err != nil || uintptr(read) != k {
			return nil, false
		}
		for e := im.entries[:k]; len(e) > 0; e = e[entryBytes:] {
			entry := binary.NativeEndian.Uint64(e)
			if entry != 0 && wanted(entry) {
				if last := len(found) - 1; last >= 0 && found[last].to == at {
					found[last].to += page
				} else {
					found = append(found, span{at, at + page})
				}
			}
			at += page
		}
	}
	im.private = found
	return found, true
}

// isPrivate reports whether an entry is that of a private page: it is in memory or swapped out (bits 63 and 62), and
// not the file's (bit 61). See Documentation/admin-guide/mm/pagemap.rst of Linux.
func isPrivate(entry uint64) bool { return entry>>62 != 0 && entry>>61&1 == 0 }

// back maps the file over the region, which then has the content of the image, and zeros behind.
func (im *image) back(r *Region) error {
	if r.backed > im.size {
		if err := r.makeAnonymous(); err != nil {
			return err
		}
	}
	after := *r
	after.backed, after.image = im.size, im
	if more := after.mappings(r.usable) - r.mappings(r.usable); more > 0 {
		if err := regions.count(more); err != nil {
			return err
		}
	} else {
		regions.uncount(-more)
	}
	if _, err := unix.MmapPtr(im.file, 0, r.Base, im.size, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_PRIVATE|unix.MAP_FIXED|mapNoReserve); err != nil {
		regions.uncount(after.mappings(r.usable) - r.mappings(r.usable))
		return err
	}
	*r = after
	return nil
}

// restore sets the first bytes of a region, which are usable, to the image's. It may be another region than that of
// which the image was made, or be backed by another one by now.
func (im *image) restore(r *Region) error {
	if r.image != im {
		if r.plot {
			im.copyPages(r, im.whole())
		} else if err := im.back(r); err != nil {
			if r.backed > im.size {
				return err
			}
			im.copyPages(r, im.whole())
		}
		return nil
	}
	private, ok := im.find(r, im.size, isPrivate)
	if !ok {
		if !giveBack(r.bytes(0, im.size)) {
			im.copyPages(r, im.whole())
		}
		return nil
	}
	copied, all := im.copyPages(r, private)
	if all > keptPrivate*uintptr(os.Getpagesize()) && copied < all/4 {
		_ = giveBack(r.bytes(0, im.size)) // otherwise it is only slower
	}
	return nil
}

func (im *image) whole() []span { return []span{{0, im.size}} }

// copyPages copies ranges of pages from the image, if they differ. It returns how many bytes do, and how many there
// are.
func (im *image) copyPages(r *Region, pages []span) (copied, all uintptr) {
	page := uintptr(os.Getpagesize())
	for _, s := range pages {
		for at := s.from; at < s.to; at += page {
			to, from := r.bytes(at, at+page), im.view[at:at+page]
			if !bytes.Equal(to, from) {
				copy(to, from)
				copied += page
			}
		}
		all += s.to - s.from
	}
	return copied, all
}

// release gives the file and its view back.
func (im *image) release() {
	if im.view != nil {
		_ = unix.MunmapPtr(unsafe.Pointer(unsafe.SliceData(im.view)), im.size) // mapped as a whole
		im.view = nil
	}
	for _, fd := range []*int{&im.file, &im.pagemap} {
		if *fd >= 0 {
			_ = unix.Close(*fd)
			*fd = -1
		}
	}
	regions.uncount(1)
}
