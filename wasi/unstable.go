package wasi

import (
	"encoding/binary"
	"slices"
)

// What programs of 2019 import from wasi_unstable, which was snapshot 0 of the interface, is what snapshot 1 has but for
// three things: where seeking begins is numbered otherwise, the structure of a file's attributes counts links in 32
// bits, and subscriptions to clocks have an identifier. Nothing could be accepted from a socket.

// unstableFunctions returns the functions of wasi_unstable.
func unstableFunctions() []function {
	others := map[string]func(*thread, []uint64) Errno{
		"fd_seek":           (*thread).unstableFdSeek,
		"fd_filestat_get":   (*thread).unstableFdFilestatGet,
		"path_filestat_get": (*thread).unstablePathFilestatGet,
		"poll_oneoff":       (*thread).unstablePollOneoff,
	}
	list := slices.DeleteFunc(slices.Clone(functions[:]), func(f function) bool { return f.name == "sock_accept" })
	for i := range list {
		if call := others[list[i].name]; call != nil {
			list[i].call = call
		}
	}
	return list
}

func (t *thread) unstableFdSeek(a []uint64) Errno {
	if a[2] > 2 {
		return eInval
	}
	b := slices.Clone(a) // a call that is made again finds its own
	b[2] = [...]uint64{1, 2, 0}[a[2]]
	return t.fdSeek(b)
}

func (t *thread) unstableFdFilestatGet(a []uint64) Errno {
	st, errno := t.fdFilestat(a)
	if errno != success {
		return errno
	}
	return t.putUnstableFilestat(a[1], &st)
}

func (t *thread) unstablePathFilestatGet(a []uint64) Errno {
	st, errno := t.pathFilestat(a)
	if errno != success {
		return errno
	}
	return t.putUnstableFilestat(a[4], &st)
}

func (t *thread) putUnstableFilestat(addr uint64, st *filestat) Errno {
	b, errno := t.bytes(addr, 56)
	if errno != success {
		return errno
	}
	binary.LittleEndian.PutUint64(b, st.dev)
	binary.LittleEndian.PutUint64(b[8:], st.ino)
	binary.LittleEndian.PutUint64(b[16:], uint64(st.fileType)|uint64(uint32(st.links))<<32)
	for i, v := range []uint64{st.size, st.atim, st.mtim, st.ctim} {
		binary.LittleEndian.PutUint64(b[24+8*i:], v)
	}
	return success
}

// unstableSubscriptions is where the parts of subscriptions are.
var unstableSubscriptions = subscriptionLayout{size: 56, clock: 24, timeout: 32, flags: 48}

func (t *thread) unstablePollOneoff(a []uint64) Errno { return t.poll(a, unstableSubscriptions) }
