package ssa

import "math/bits"

// Compilers that cannot make structured control flow, or do not want to, put a function into one loop around a
// br_table: to go somewhere is to set a local to a number and to go around. Official Go does, so that it can enter a
// function again in the middle. As built, all ways lead through one block, the dispatch, every block is in its
// loop, and real loops cannot be seen:
//
//	b1(v6, v7): loop           table v6 -> b2, b3, b4
//	b3: ...                    jump -> b1(4, v9)
//
// thread lets jumps that hand a constant to the dispatch go where that leads (jump threading):
//
//	b3: ...                    jump -> b4(v9)
//
// What remains of the dispatch are the ways with numbers that are not known. If that is only the function's beginning,
// it is in no loop any more. Then number 0 is taken for the usual one, the table is cold, and reduce (reduce.go) sees
// to it that entries in the middle leave loops reducible.
//
// The dispatch has no values but its parameters. It dominated all uses of these, and does no more, so they are
// variables now, which jumps through the dispatch assign: each block gets parameters for those that
// are live in it, if it is reached by such a jump or from several blocks. The pass params removes most of them.

const (
	// maxDispatches is how many dispatches of a function are threaded.
	maxDispatches = 4
	// maxThreadSize bounds blocks times parameters of a dispatch, by the number of values in the function, so that
	// memory and time stay linear.
	maxThreadSize = 32
)

// thread threads jumps through dispatches.
func (o *Optimizer) thread(f *Func) {
	o.order = o.order[:0]
	for _, b := range f.Blocks {
		if dispatchOn(b) >= 0 && len(o.order) < maxDispatches {
			o.order = append(o.order, b)
		}
	}
	if len(o.order) == 0 {
		return
	}
	o.replaceNothing()
	o.dropDead(f) // else variables would be live since blocks have parameters that nothing needs
	threaded := false
	for _, b := range o.order {
		threaded = o.threadThrough(f, b) || threaded
	}
	if threaded {
		f.unwindCold()
		o.dropDead(f)
	}
}

// dispatchOn returns the parameter on which a block switches that does nothing else; -1 if it does.
func dispatchOn(b *Block) int {
	t := b.Terminator()
	if t.Op != OpTable || b.Pad != NotPad {
		return -1
	}
	for _, v := range b.Values[:len(b.Values)-1] {
		if v.Op != OpPoll && v.Op != OpFuel {
			return -1
		}
	}
	for i, p := range b.Params {
		if p == t.Args[0] {
			return i
		}
	}
	return -1
}

// A threader threads the jumps through one dispatch. Its memory is reused.
type threader struct {
	f        *Func
	dispatch *Block
	index    int // of the parameter that is switched on
	jumps    []threadedJump
	rare     []threadedJump // edges of the dispatch (reenter.go)
	first    []int32        // by block ID: where its edges begin in jumpOf
	jumpOf   []int32        // by edge: 1 + the jump
	variable []int32        // by value ID: 1 + which of the dispatch's parameters
	words    int
	live     []uint64 // by block ID, words each: the variables that are live at its beginning
	incoming []int32  // by block ID: the edges to it from which nothing has come yet
	start    []int32  // by block ID: where its values begin
	position []int32  // by block ID, in the code
	values   []*Value // of the variables that are live in each block, in order
	several  *Value   // stands for different values that come to a block
	newParam int32    // the ID of the first parameter that was added
}

// A threadedJump was an edge to the dispatch.
type threadedJump struct {
	from *Block
	succ int
	was  Edge
	via  Edge // that of the dispatch on which it goes on
}

// threadThrough threads the jumps through a dispatch, and reports whether there are any and it can be done.
func (o *Optimizer) threadThrough(f *Func, dispatch *Block) bool {
	index := dispatchOn(dispatch)
	if index < 0 || len(dispatch.Params)*f.NumBlocks() > maxThreadSize*f.NumValues() {
		return false
	}
	t, r := &o.threader, &o.reducer
	t.f, t.dispatch, t.index = f, dispatch, index
	if t.rare = t.rare[:0]; o.Reenter {
		t.findRare()
	}
	if !t.redirectAll(r) && !t.redirectForward(r) {
		return false
	}
	o.dom.findOrder(f)
	t.findLive(o.dom.order)
	t.addParams(o.dom.order)
	t.assign(o.dom.order)
	r.commit()
	t.checkpoints(&r.nest)
	t.splitStart()
	o.dom.findOrder(f)
	o.dropUnreachable(f)
	f.linkPreds()
	return true
}

// redirectAll lets all edges with constants go where those lead, and rare entries begin anew. It reports whether there
// are any, and the loops that show then can be made reducible.
func (t *threader) redirectAll(r *reducer) bool {
	if t.redirect(nil); len(t.jumps) == 0 {
		return false
	}
	t.leaveRare()
	t.f.linkPreds()
	if r.plan(t.f) {
		return true
	}
	t.restore()
	return false
}

// redirectForward is redirectAll for those edges only that lead forward in the code. All loops of jumps still go
// through the dispatch, so they are one, of which it is the header.
func (t *threader) redirectForward(r *reducer) bool {
	t.position = resized(t.position, t.f.NumBlocks())
	for i, b := range t.f.Blocks {
		t.position[b.ID] = int32(i)
	}
	forward := func(from, to *Block) bool {
		if to.onlyJumps() { // a table has those at its end
			to = to.Succs[0].To
		}
		return t.position[from.ID] < t.position[to.ID]
	}
	if t.redirect(forward); len(t.jumps) == 0 {
		return false
	}
	t.f.linkPreds()
	if r.plan(t.f) {
		return true
	}
	t.restore()
	return false
}

// redirect lets edges with constants go where those lead, if they are wanted.
func (t *threader) redirect(wanted func(from, to *Block) bool) {
	t.first, t.jumps, t.jumpOf = resized(t.first, t.f.NumBlocks()), t.jumps[:0], t.jumpOf[:0]
	for _, b := range t.f.Blocks {
		t.first[b.ID] = int32(len(t.jumpOf))
		t.jumpOf = append(t.jumpOf, make([]int32, len(b.Succs))...)
		for i, e := range b.Succs {
			if e.To != t.dispatch || b == t.dispatch || e.Args[t.index].Op != OpConst {
				continue
			}
			via := t.dispatch.Succs[min(uint64(e.Args[t.index].Aux), uint64(len(t.dispatch.Succs)-1))]
			if wanted != nil && !wanted(b, via.To) {
				continue
			}
			t.jumps = append(t.jumps, threadedJump{b, i, e, via})
			t.jumpOf[int(t.first[b.ID])+i] = int32(len(t.jumps))
			b.Succs[i] = Edge{To: via.To}
		}
	}
}

// restore leads all edges back to where they led.
func (t *threader) restore() {
	for _, list := range [...][]threadedJump{t.jumps, t.rare} {
		for _, j := range list {
			j.from.Succs[j.succ] = j.was
		}
	}
	t.rare = t.rare[:0]
	t.f.linkPreds()
}

// jump returns the jump that an edge of a block was, if it was threaded; else nil.
func (t *threader) jump(b *Block, succ int) *threadedJump {
	if n := t.jumpOf[int(t.first[b.ID])+succ]; n > 0 {
		return &t.jumps[n-1]
	}
	return nil
}

// liveIn returns the variables that are live at the beginning of a block.
func (t *threader) liveIn(b *Block) []uint64 { return t.live[int(b.ID)*t.words:][:t.words] }

// findLive finds the variables that are live in each block: those that it uses, and those that its successors need,
// unless a threaded jump assigns them. The dispatch has them as its parameters.
func (t *threader) findLive(order []*Block) {
	t.words = (len(t.dispatch.Params) + 63) / 64
	t.live = resized(t.live, t.f.NumBlocks()*t.words)
	t.variable = resized(t.variable, t.f.NumValues())
	for i, p := range t.dispatch.Params {
		t.variable[p.ID] = int32(i) + 1
	}
	for _, b := range order {
		live := t.liveIn(b)
		use := func(args []*Value) {
			for _, a := range args {
				if i := t.variable[a.ID]; i > 0 {
					live[(i-1)/64] |= 1 << ((i - 1) % 64)
				}
			}
		}
		for _, v := range b.Values {
			use(v.Args)
		}
		for i, e := range b.Succs {
			if j := t.jump(b, i); j != nil {
				use(j.was.Args)
			} else {
				use(e.Args)
			}
		}
	}
	clear(t.liveIn(t.dispatch))
	for changed := true; changed; {
		changed = false
		for i := len(order) - 1; i >= 0; i-- {
			changed = t.spreadLive(order[i]) || changed
		}
	}
}

// spreadLive adds what a block's successors need, and reports whether that is more than was known.
func (t *threader) spreadLive(b *Block) (changed bool) {
	if b == t.dispatch {
		return false
	}
	live := t.liveIn(b)
	for i := range b.Succs {
		if t.jump(b, i) != nil {
			continue
		}
		for w, set := range t.liveIn(b.Succs[i].To) {
			changed = changed || set&^live[w] != 0
			live[w] |= set
		}
	}
	return changed
}

// eachLive calls do with the variables that are live at the beginning of a block, in order.
func (t *threader) eachLive(b *Block, do func(variable int)) {
	for w, set := range t.liveIn(b) {
		for ; set != 0; set &= set - 1 {
			do(64*w + bits.TrailingZeros64(set))
		}
	}
}

// place returns where the value of a variable that is live in a block stands.
func (t *threader) place(b *Block, variable int) **Value {
	live, rank := t.liveIn(b), 0
	for _, set := range live[:variable/64] {
		rank += bits.OnesCount64(set)
	}
	rank += bits.OnesCount64(live[variable/64] & (1<<(variable%64) - 1))
	return &t.values[int(t.start[b.ID])+rank]
}

// current returns the value of a variable in a block.
func (t *threader) current(b *Block, variable int) *Value {
	if b == t.dispatch {
		return b.Params[variable]
	}
	return *t.place(b, variable)
}

// addParams gives each block values for the variables that are live in it: what all edges hand to it, if they are known
// before and hand the same; else parameters.
func (t *threader) addParams(order []*Block) {
	t.start, t.incoming = resized(t.start, t.f.NumBlocks()), resized(t.incoming, t.f.NumBlocks())
	total := 0
	for _, b := range order {
		t.start[b.ID] = int32(total)
		for _, set := range t.liveIn(b) {
			total += bits.OnesCount64(set)
		}
		for _, e := range b.Succs {
			t.incoming[e.To.ID]++
		}
	}
	t.values = resized(t.values, total)
	t.several = t.f.NewValue(OpInvalid, Void, 0)
	t.newParam = int32(t.f.NumValues())
	for _, b := range order {
		known := t.incoming[b.ID] == 0
		values := t.values[t.start[b.ID]:]
		rank := 0
		t.eachLive(b, func(variable int) {
			if v := values[rank]; !known || v == t.several || v == nil {
				values[rank] = t.f.NewParam(b, t.dispatch.Params[variable].Type)
			}
			rank++
		})
		t.handOver(b)
	}
}

// handOver notes what a block's edges hand to its successors that have no values yet.
func (t *threader) handOver(b *Block) {
	for i := range b.Succs {
		to, j := b.Succs[i].To, t.jump(b, i)
		t.incoming[to.ID]--
		rank := int(t.start[to.ID])
		t.eachLive(to, func(variable int) {
			handed := &t.values[rank]
			rank++
			switch v := t.handed(b, j, variable); {
			case *handed == nil:
				*handed = v
			case *handed != v && !t.isParam(to, *handed):
				*handed = t.several
			}
		})
	}
}

// handed returns the value of a variable on an edge from a block.
func (t *threader) handed(b *Block, j *threadedJump, variable int) *Value {
	if j == nil {
		return t.current(b, variable)
	}
	return t.replaced(b, j.was.Args[variable])
}

// isParam reports whether the value of a variable in a block is a parameter of it that was added.
func (t *threader) isParam(b *Block, v *Value) bool { return v.Block == b && v.ID >= t.newParam }

// assign lets all values and edges use what the variables are where they stand. Each is looked at once: what a variable
// is may be a parameter of the dispatch, too, and is not the variable then.
func (t *threader) assign(order []*Block) {
	for _, b := range order {
		if b != t.dispatch {
			for _, v := range b.Values {
				t.replace(b, v.Args)
			}
		}
		for i := range b.Succs {
			t.assignEdge(b, &b.Succs[i], t.jump(b, i))
		}
	}
}

// assignEdge lets an edge hand over what the parameters of its target have to be, those that were added last.
func (t *threader) assignEdge(b *Block, e *Edge, j *threadedJump) {
	args := e.Args
	if j != nil {
		t.replace(b, j.was.Args)
		args = t.through(j)
	} else {
		t.replace(b, args)
	}
	if len(args) < len(e.To.Params) && e.To.Pad == NotPad {
		args = append(t.f.newArgs(len(e.To.Params)), args...)
		rank := int(t.start[e.To.ID])
		t.eachLive(e.To, func(variable int) {
			switch {
			case !t.isParam(e.To, t.values[rank]):
			case j == nil:
				args = append(args, t.current(b, variable))
			default:
				args = append(args, j.was.Args[variable])
			}
			rank++
		})
	}
	e.Args = args
}

// replace replaces the dispatch's parameters by what they are in a block.
func (t *threader) replace(b *Block, args []*Value) {
	for i, a := range args {
		args[i] = t.replaced(b, a)
	}
}

func (t *threader) replaced(b *Block, v *Value) *Value {
	if int(v.ID) < len(t.variable) && t.variable[v.ID] > 0 {
		return t.current(b, int(t.variable[v.ID])-1)
	}
	return v
}

// through returns what the dispatch's edge carries, whose parameters are what the jump has handed to it.
func (t *threader) through(j *threadedJump) []*Value {
	args := t.f.newArgs(len(j.via.Args))
	for _, a := range j.via.Args {
		if variable := t.variable[a.ID]; variable > 0 {
			a = j.was.Args[variable-1]
		}
		args = append(args, a)
	}
	return args
}

// checkpoints keeps what the dispatch had in it for the host: jumps take the fuel that it has taken, and loops poll.
func (t *threader) checkpoints(nest *nesting) {
	for _, v := range t.dispatch.Values[:len(t.dispatch.Values)-1] {
		if v.Op == OpFuel {
			for _, j := range t.jumps {
				between := t.f.splitEdge(j.from, &j.from.Succs[j.succ])
				between.insert(t.checkpoint(v))
			}
			continue
		}
		for i, b := range nest.order {
			if nest.isLoop[i] && b != t.dispatch && b.Values[0].Op != OpPoll {
				b.insert(t.checkpoint(v))
			}
		}
	}
}

func (t *threader) checkpoint(like *Value) *Value {
	v := t.f.NewValue(like.Op, Void, 0)
	v.Pos = like.Pos
	return v
}

// unwindCold marks what follows a call only to return a number at once, because of what the call has returned: so
// functions ask their callers to return, too, which are entered again later. It happens seldom.
func (f *Func) unwindCold() {
	for _, b := range f.Blocks {
		t := b.Terminator()
		if t.Op != OpIf || t.Args[0].Op != OpResult || t.Args[0].Block != b {
			continue
		}
		to := b.Succs[0].To
		if to.onlyJumps() {
			to = to.Succs[0].To
		}
		last := to.Terminator()
		if last.Op == OpReturn && len(to.Values) == 1 && len(last.Args) == 1 && last.Args[0].Op == OpConst {
			to.Cold = true
		}
	}
}

// splitStart lets a function begin without a table: where the dispatch is reached only from the beginning, with a
// number that is one of the function's parameters, that is 0 unless the function is entered in the middle.
func (t *threader) splitStart() {
	f, d := t.f, t.dispatch
	f.linkPreds()
	if len(d.Preds) != 1 || d.Preds[0].Terminator().Op != OpJump {
		return
	}
	if number := d.Preds[0].Succs[0].Args[t.index]; number.Op != OpParam || number.Block != f.Blocks[0] {
		return
	}
	middle := f.NewBlock()
	middle.Cold = true
	f.Blocks = append(f.Blocks, middle)
	table := d.Values[len(d.Values)-1]
	d.Values = d.Values[:len(d.Values)-1]
	middle.Add(table)
	middle.Succs, d.Succs = d.Succs, middle.Succs
	branch := f.NewValue(OpIf, Void, 0, table.Args[0])
	branch.Pos = table.Pos
	d.Add(branch)
	usual := middle.Succs[0]
	usual.Args = append(f.newArgs(len(usual.Args)), usual.Args...)
	d.Succs = append(d.Succs[:0], Edge{To: middle}, usual)
}
