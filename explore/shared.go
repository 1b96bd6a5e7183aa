package explore

import (
	"slices"

	"weft/threads"
)

// What threads share is learned: which words of memory at least two of them access in a schedule, one of them writing,
// and by which instructions. Scheduling points at those instructions are the ones that matter. Instructions, unlike
// addresses of what a program has allocated, do not depend on the schedule.

// wordShift is the logarithm of the bytes of a word. Threads that access different bytes of one share it.
const wordShift = 2

// mostWords is how many words of one access are looked at: the first ones, of longer copies.
const mostWords = 1024

// knowledge is what has been learned so far.
type knowledge struct {
	shared map[uint32]bool // offsets of instructions that have accessed what threads share
	// events counts, for words that are shared, what each thread has done there in the last schedule with points at all
	// of that.
	events map[uint64]*wordEvents
	// parents has, by thread, the one that has made it in the last schedule that was watched.
	parents []int
	// roles has, by thread, a number that those have in common that ran in the same functions when they were seen
	// first.
	roles []int
	// functions has, by role, those functions.
	functions [][]uint32
}

// parent returns which thread makes another; the first if that is not known.
func (k *knowledge) parent(id int) int {
	if id < len(k.parents) {
		return k.parents[id]
	}
	return 0
}

// wordEvents counts the events of threads at a word.
type wordEvents struct {
	byThread []int
	total    int
	sites    []uint32 // where in the program they were
}

func newKnowledge() *knowledge {
	return &knowledge{shared: map[uint32]bool{}, events: map[uint64]*wordEvents{}, parents: []int{0}}
}

// A learner is the observer that finds out what threads share, in one schedule.
type learner struct {
	known *knowledge
	words map[uint64]*sharedWord
	free  []*sharedWord // used again
	order []uint64      // the words, as they came
	made  int           // threads beside the first
	ran   [][]uint32    // by thread: the functions in which it has accessed memory, in order
	owned ownedWords
}

// A sharedWord is a word that has been accessed.
type sharedWord struct {
	thread  int // that has accessed it first
	several bool
	written bool
	sites   []uint32
	events  []int // by thread
}

func newLearner(k *knowledge) *learner {
	return &learner{known: k, words: map[uint64]*sharedWord{}, owned: ownedWords{}}
}

// access implements observer. Points are where it is known that threads share what is accessed.
func (l *learner) access(t *threads.Thread, _ int, s *site, a access) bool {
	if s.class == locks {
		l.note(t, s, a.address, a.size, true)
		return true
	}
	switch s.class {
	case exits:
		return true
	case copierCalls:
		l.owned.call(s, a)
		return false
	}
	if s.system {
		return false
	}
	l.runs(t.ID(), s.function)
	point := l.note(t, s, a.address, a.size, a.writes)
	if s.class == copies {
		point = l.note(t, s, a.from, a.size, false) || point
	}
	return point || l.known.shared[s.offset]
}

// point implements observer.
func (l *learner) point(p *threads.Point, _ *threads.Thread) {
	if p.Kind == threads.Spawn {
		if l.made++; l.made == len(l.known.parents) {
			l.known.parents = append(l.known.parents, 0)
		}
		l.known.parents[l.made] = p.Thread.ID()
	}
}

// runs notes in which function a thread is.
func (l *learner) runs(thread int, function uint32) {
	for len(l.ran) <= thread {
		l.ran = append(l.ran, nil)
	}
	if i, known := slices.BinarySearch(l.ran[thread], function); !known {
		l.ran[thread] = slices.Insert(l.ran[thread], i, function)
	}
}

// learnRoles gives threads that have not been seen before a role.
func (l *learner) learnRoles() {
	k := l.known
	for id := len(k.roles); id < len(l.ran); id++ {
		is := func(functions []uint32) bool { return slices.Equal(functions, l.ran[id]) }
		role := slices.IndexFunc(k.functions, is)
		if role < 0 {
			role = len(k.functions)
			k.functions = append(k.functions, slices.Clone(l.ran[id]))
		}
		k.roles = append(k.roles, role)
	}
	for i := range l.ran {
		l.ran[i] = l.ran[i][:0]
	}
}

// note notes an access, and reports whether threads share what it accesses.
func (l *learner) note(t *threads.Thread, s *site, address, size uint64, writes bool) (shared bool) {
	if size == 0 {
		return false
	}
	first, last := address>>wordShift, (address+size-1)>>wordShift
	last = min(last, first+mostWords)
	for at := first; at <= last; at++ {
		if l.owned.has(s, at) {
			continue
		}
		w := l.words[at]
		if w == nil {
			w = l.newWord(t.ID())
			l.words[at] = w
			l.order = append(l.order, at)
		}
		w.several = w.several || w.thread != t.ID()
		w.written = w.written || writes
		if n := len(w.sites); n == 0 || w.sites[n-1] != s.offset && !slices.Contains(w.sites, s.offset) {
			w.sites = append(w.sites, s.offset)
		}
		for len(w.events) <= t.ID() {
			w.events = append(w.events, 0)
		}
		w.events[t.ID()]++
		shared = shared || w.several && w.written
	}
	return shared
}

func (l *learner) newWord(thread int) *sharedWord {
	if n := len(l.free); n > 0 {
		w := l.free[n-1]
		l.free = l.free[:n-1]
		*w = sharedWord{thread: thread, sites: w.sites[:0], events: w.events[:0]}
		return w
	}
	return &sharedWord{thread: thread}
}

// end adds what a schedule has shown to the knowledge, and reports whether that is new.
func (l *learner) end() bool {
	isNew := false
	for _, at := range l.order {
		w := l.words[at]
		if w.several && w.written {
			for _, offset := range w.sites {
				isNew = isNew || !l.known.shared[offset]
				l.known.shared[offset] = true
			}
			l.count(at, w)
		}
		l.free = append(l.free, w)
	}
	l.learnRoles()
	clear(l.words)
	clear(l.owned)
	l.order, l.made = l.order[:0], 0
	return isNew
}

// count keeps the largest number of events of each thread at a word.
func (l *learner) count(at uint64, w *sharedWord) {
	e := l.known.events[at]
	if e == nil {
		e = &wordEvents{}
		l.known.events[at] = e
	}
	for _, site := range w.sites {
		if !slices.Contains(e.sites, site) {
			e.sites = append(e.sites, site)
		}
	}
	e.total = 0
	for len(e.byThread) < len(w.events) {
		e.byThread = append(e.byThread, 0)
	}
	for i, n := range w.events {
		e.byThread[i] = max(e.byThread[i], n)
	}
	for _, n := range e.byThread {
		e.total += n
	}
}
