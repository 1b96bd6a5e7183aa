package explore

import (
	"slices"

	"weft"
	"weft/threads"
)

// Data races are found by happens-before, with epochs (C. Flanagan, S. Freund: FastTrack: Efficient and Precise Dynamic
// Race Detection, PLDI 2009). All threads run on one goroutine, so it is exact for the schedules that it sees.
//
// Wasm's atomic accesses are sequentially consistent: each releases and acquires what its word stands for. A race is
// between two accesses to the same bytes that are not ordered, of which one writes and one is plain. (In C, too, an
// atomic and a plain access race.) The locks of a C library consist of atomic accesses, and so need no knowledge; what
// it does inside for its own ends is not looked at.

// A clock is a vector clock: by thread, how far it has come.
type clock []uint32

func (c clock) of(thread int) uint32 {
	if thread < len(c) {
		return c[thread]
	}
	return 0
}

// join makes c at least d.
func (c *clock) join(d clock) {
	for len(*c) < len(d) {
		*c = append(*c, 0)
	}
	for i, n := range d {
		(*c)[i] = max((*c)[i], n)
	}
}

// A touch is the last access of a thread to some bytes of a word.
type touch struct {
	thread int
	at     uint32 // the thread's own clock
	bytes  uint8  // of the word, a bit each
	writes bool
	atomic bool
	site   uint32
	visit  uint32 // of the site by the thread
}

// clocks are what is known of the order of accesses in a schedule.
type clocks struct {
	threads []clock
	words   map[uint64]*clock // of atomic accesses and notifies, by address
	fence   clock
	shadow  map[uint64][]touch // by word
	waits   map[int]uint64     // where a thread waits
	visits  map[[2]uint32]uint32
	spawned int
}

func newClocks() *clocks {
	return &clocks{threads: []clock{{1}}, words: map[uint64]*clock{}, shadow: map[uint64][]touch{},
		waits: map[int]uint64{}, visits: map[[2]uint32]uint32{}}
}

// spawn begins the clock of a new thread, behind what its maker has done.
func (c *clocks) spawn(maker int) {
	c.spawned++
	for len(c.threads) <= c.spawned {
		c.threads = append(c.threads, nil)
	}
	child := append(clock(nil), c.threads[maker]...)
	for len(child) <= c.spawned {
		child = append(child, 0)
	}
	child[c.spawned] = 1
	c.threads[c.spawned] = child
	c.threads[maker][maker]++
}

// synchronise orders a thread behind all that has synchronised by a clock, and that behind the thread.
func (c *clocks) synchronise(thread int, with *clock) {
	own := &c.threads[thread]
	own.join(*with)
	with.join(*own)
	(*own)[thread]++
}

func (c *clocks) word(address uint64) *clock {
	w := c.words[address]
	if w == nil {
		w = &clock{}
		c.words[address] = w
	}
	return w
}

// A raceObserver looks for races in a schedule that learns.
type raceObserver struct {
	learner *learner
	log     *raceLog
	clocks  *clocks
	world   *world
}

// A pendingAccess is one that a thread will make when it goes on.
type pendingAccess struct {
	site   *site
	access access
}

// access implements observer.
func (r *raceObserver) access(t *threads.Thread, index int, s *site, a access) bool {
	point := s.class != fences && r.learner.access(t, index, s, a)
	if !point { // otherwise others may come first
		r.happens(t.ID(), s, a)
	}
	return point
}

// point implements observer.
func (r *raceObserver) point(p *threads.Point, next *threads.Thread) {
	switch {
	case p.Kind == threads.Spawn:
		r.clocks.spawn(p.Thread.ID())
	case p.Kind == threads.Wait && p.Blocked:
		r.clocks.waits[p.Thread.ID()] = p.Address
	}
	r.learner.point(p, next)
	if next == nil {
		return
	}
	id := next.ID()
	if at, waited := r.clocks.waits[id]; waited { // somebody has notified
		delete(r.clocks.waits, id)
		r.clocks.threads[id].join(*r.clocks.word(at))
	}
	if a, ok := r.world.standing(next); ok {
		r.happens(id, a.site, a.access)
	}
}

// happens takes an access that a thread makes now.
func (r *raceObserver) happens(id int, s *site, a access) {
	switch s.class {
	case locks, exits, copierCalls:
	case fences:
		r.clocks.synchronise(id, &r.clocks.fence)
	default:
		r.touch(id, s, a)
	}
}

// touch takes an access into the shadow of what it accesses.
func (r *raceObserver) touch(id int, s *site, a access) {
	c := r.clocks
	if !s.system {
		key := [2]uint32{uint32(id), s.offset}
		c.visits[key]++
		t := touch{thread: id, at: c.threads[id][id], writes: a.writes, atomic: s.class.isSync(), site: s.offset,
			visit: c.visits[key]}
		r.bytes(t, a.address, a.size)
		if s.class == copies {
			t.writes = false
			r.bytes(t, a.from, a.size)
		}
	}
	if s.class.isSync() {
		c.synchronise(id, c.word(a.address))
	}
}

// bytes compares an access with those before it to the same bytes.
func (r *raceObserver) bytes(t touch, address, size uint64) {
	if t.atomic && t.site != 0 && size == 0 {
		return
	}
	for n := 0; size > 0 && n < mostWords; n++ {
		at := address >> wordShift
		from := address & (1<<wordShift - 1)
		length := min(size, 1<<wordShift-from)
		t.bytes = uint8((1<<length - 1) << from)
		r.clocks.shadow[at] = r.compare(t, at, r.clocks.shadow[at])
		address, size = address+length, size-length
	}
}

// compare finds races of an access with those before it at a word, and returns those that can race with later ones.
func (r *raceObserver) compare(t touch, word uint64, before []touch) []touch {
	own := r.clocks.threads[t.thread]
	kept := before[:0]
	for _, b := range before {
		common := b.bytes & t.bytes
		ordered := b.thread == t.thread || b.at <= own.of(b.thread)
		if common != 0 && !ordered && (b.writes || t.writes) && !(b.atomic && t.atomic) {
			r.log.add(r.world, word, b, t)
		}
		// What is ordered before this access races with nothing that this one would not race with, if this one is at
		// least as strong.
		if ordered && (t.writes || !b.writes) && (!t.atomic || b.atomic) {
			b.bytes &^= t.bytes
		}
		if b.bytes != 0 {
			kept = append(kept, b)
		}
	}
	return append(kept, t)
}

// A raceLog has the races that were found, one for each pair of instructions.
type raceLog struct {
	found []*rawRace
	known map[[2]uint32]bool
}

// A rawRace is a race as it was found: in a schedule, told by the deviations so far.
type rawRace struct {
	word          uint64
	first, second touch
	schedule      []threads.Deviation
	harm          *Failure // of the other order
}

func newRaceLog() *raceLog { return &raceLog{known: map[[2]uint32]bool{}} }

// mostRaces is how many are kept.
const mostRaces = 64

func (l *raceLog) add(w *world, word uint64, first, second touch) {
	race := &rawRace{word: word, first: first, second: second}
	pair := race.instructions()
	if l.known[pair] || len(l.found) == mostRaces {
		return
	}
	l.known[pair] = true
	deviations, _ := w.strategy.Deviations()
	race.schedule = slices.Clone(deviations)
	l.found = append(l.found, race)
}

// instructions returns the offsets of both accesses, the smaller one first.
func (r *rawRace) instructions() [2]uint32 {
	return [2]uint32{min(r.first.site, r.second.site), max(r.first.site, r.second.site)}
}

// flipped returns a schedule in which the second access of a race comes before the first one.
func (r *rawRace) flipped() []threads.Deviation {
	at := threads.Deviation{Thread: r.first.thread, Site: r.first.site, Point: uint64(r.first.visit),
		Next: r.second.thread}
	return append(slices.Clone(r.schedule), at)
}

// A Race is two accesses to the same bytes that nothing orders, of which one writes.
type Race struct {
	// Address is that of the word of 4 bytes, or of the first one, in bytes.
	Address       uint64
	First, Second RaceAccess
	// Instructions are the offsets of both in the binary, the smaller one first: they tell races apart.
	Instructions [2]uint32
	// Schedule is one in which it happens.
	Schedule string
	// Harm is how the program fails if the accesses come in the other order; nil if no failure was seen.
	Harm *Failure
}

// A RaceAccess is one of the accesses of a race.
type RaceAccess struct {
	Thread         int
	Writes, Atomic bool
	Stack          weft.StackTrace
}
