package explore

// What the C library prints goes through memcpy, which the program uses, too. So whose an access in there is depends on
// the call: words that the library has copied something to are its own (the buffers of files), until the program
// accesses them by itself, or has something copied there.

// ownedWords are the words of the C library.
type ownedWords map[uint64]struct{}

// call takes a call of a function that copies or sets memory.
func (o ownedWords) call(s *site, a access) {
	if a.size == 0 || s.copier {
		return
	}
	first := a.address >> wordShift
	last := min((a.address+a.size-1)>>wordShift, first+mostWords)
	for at := first; at <= last; at++ {
		if s.system {
			o[at] = struct{}{}
		} else {
			delete(o, at)
		}
	}
}

// has reports whether an access to a word is the library's. One by the program itself makes the word the program's.
func (o ownedWords) has(s *site, word uint64) bool {
	if len(o) == 0 {
		return false
	}
	_, owned := o[word]
	if owned && !s.copier {
		delete(o, word)
		return false
	}
	return owned
}
