package cache

import (
	"encoding/binary"
	"maps"
	"slices"
	"sync"
	"time"
)

// Records are an entry that has many contents, each with a number, and grows. What is
// added is written some time later, together, or by [Dir.Flush]. They are safe for
// concurrent use, also by several processes.
type Records struct {
	dir *Dir
	key Key

	mu    sync.Mutex
	saved map[int][]byte // as the entry was when it was read
	added map[int][]byte // since the entry was written
	delay time.Duration
}

// Bounds of the time between an addition and the writing: it becomes longer each time, since all of the entry is
// written again.
const (
	firstDelay = 2 * time.Second
	lastDelay  = time.Minute
)

// Records returns the records with a key: as many as are intact.
func (d *Dir) Records(k Key) *Records {
	return &Records{dir: d, key: k, saved: d.readRecords(k), added: map[int][]byte{}, delay: firstDelay}
}

// Get returns the record with a number, nil if there is none. It must not be changed.
func (r *Records) Get(number int) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.saved[number]; b != nil {
		return b
	}
	return r.added[number]
}

// Add adds a record, or replaces it. The content must not change any more.
func (r *Records) Add(number int, content []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.added) == 0 {
		r.dir.grown(r)
		time.AfterFunc(r.delay, r.flushLater)
		r.delay = min(2*r.delay, lastDelay)
	}
	delete(r.saved, number)
	r.added[number] = content
}

// flushLater is flush some time after an addition, unless Flush has come before: then it leaves the directory alone,
// which may be gone. What cannot be kept is made again.
func (r *Records) flushLater() {
	r.mu.Lock()
	flushed := len(r.added) == 0
	r.mu.Unlock()
	if !flushed {
		_ = r.flush()
	}
}

// flush writes what was added, beside what others have written.
func (r *Records) flush() error {
	return r.dir.locked(func() error {
		r.mu.Lock()
		added := r.added
		r.added = map[int][]byte{}
		r.dir.written(r) // before what is added from now on says that it grows
		r.mu.Unlock()
		if len(added) == 0 {
			return nil
		}
		all := r.dir.readRecords(r.key)
		maps.Copy(all, added)
		return r.dir.Put(r.key, encodeRecords(all))
	})
}

// Flush writes all records that were added to entries of the directory, or waits until they are written.
func (d *Dir) Flush() error {
	d.writing.Lock() // what is being written does not grow any more
	d.mu.Lock()
	var list []*Records
	for r := range d.growing {
		list = append(list, r)
	}
	d.mu.Unlock()
	d.writing.Unlock()
	var failed error
	for _, r := range list {
		if err := r.flush(); err != nil {
			failed = err
		}
	}
	return failed
}

// grown notes that records are to be written.
func (d *Dir) grown(r *Records) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.growing == nil {
		d.growing = map[*Records]struct{}{}
	}
	d.growing[r] = struct{}{}
}

func (d *Dir) written(r *Records) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.growing, r)
}

// encodeRecords makes one content of all: of each the number and the length, then the content.
func encodeRecords(records map[int][]byte) []byte {
	var numbers []int
	size := 0
	for number, content := range records {
		numbers = append(numbers, number)
		size += len(content) + 2*binary.MaxVarintLen32
	}
	slices.Sort(numbers)
	b := make([]byte, 0, size)
	for _, number := range numbers {
		b = binary.AppendUvarint(b, uint64(number))
		b = binary.AppendUvarint(b, uint64(len(records[number])))
		b = append(b, records[number]...)
	}
	return b
}

func (d *Dir) readRecords(k Key) map[int][]byte {
	records := map[int][]byte{}
	b, _ := d.Get(k)
	for len(b) > 0 {
		number, n := binary.Uvarint(b)
		if n <= 0 {
			break // the checksum was right, so this is the work of another program
		}
		size, m := binary.Uvarint(b[n:])
		if m <= 0 || size > uint64(len(b)-n-m) {
			break
		}
		end := n + m + int(size)
		records[int(number)] = b[n+m : end : end]
		b = b[end:]
	}
	return records
}
