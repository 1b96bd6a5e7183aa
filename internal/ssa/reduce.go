package ssa

// Passes want reducible control flow: a loop is entered by its header. Where jumps through a dispatch have become
// direct (thread.go), some loops have other entries: such a function can be entered in the middle, and so can its
// loops.
//
// reduce leads each edge that enters a loop elsewhere to the header, with a number that says whither, and
// lets the header look whether there is one:
//
//	before                  after
//	x: jump -> m(v)         x: jump -> h'(1, v, 0)
//	h(p): ...               h'(q, c, p): if q -> s, h
//	                        s: table q -> h, m(c), ...     cold
//	y: jump -> h(w)         y: jump -> h'(0, 0, w)
//
// So nothing is built twice, and a loop pays one comparison a turn for its other entries, if it has any. At the header
// of a loop inside, if m is in one, the same begins anew. What only the way from x to m needs is carried by parameters
// of h' (c), which are zero on other ways. Other values at m are of blocks that dominate the header, too: if there were
// one in the loop, x could only be reached through it, and would be in the loop.

// maxEntries bounds the entries of all loops of a function, those of loops around counted again: so many, and two for
// each block.
const maxEntries = 256

// A carrier is the header of a loop that lets in what enters the loop elsewhere.
type carrier struct {
	header  *Block
	before  *Block // the new header
	entries []entry
	number  map[*Block]int // by the block that is entered: that of its entry
	slots   []Type         // of the parameters of before that carry values
	params  []*Value       // of the old header
}

// An entry says whither an edge goes on that was led to a header.
type entry struct {
	block *Block
	types []Type   // of its parameters
	inner *carrier // the header of the loop inside that has the block; nil if it is in none
}

// A sideEdge is one that enters a loop not by its header.
type sideEdge struct {
	from  *Block
	succ  int
	outer *carrier // of the outermost loop that is entered
}

// A reducer makes control flow reducible. Its memory is reused.
type reducer struct {
	f        *Func
	nest     nesting
	carriers map[*Block]*carrier
	list     []*carrier // in the order in which they were found
	edges    []sideEdge
	entries  int
	numbers  map[constantKey]*Value
	at       []int // for places
}

type constantKey struct {
	t    Type
	bits int64
}

// plan finds the edges that have to be led elsewhere. It changes nothing, and reports whether they are a reasonable
// number.
func (r *reducer) plan(f *Func) bool {
	r.f, r.list, r.edges, r.entries = f, r.list[:0], r.edges[:0], 0
	clear(r.carriers)
	clear(r.numbers)
	if !r.nest.find(f) {
		return false
	}
	for y, b := range r.nest.order {
		for i, e := range b.Succs {
			if outer := r.carry(int32(y), r.nest.number[e.To.ID]); outer != nil {
				r.edges = append(r.edges, sideEdge{b, i, outer})
			}
			if r.entries > maxEntries+2*len(r.nest.order) {
				return false
			}
		}
	}
	return true
}

// carry notes entries for an edge from y to x in the headers of all loops that it enters elsewhere, and returns
// the outermost one.
func (r *reducer) carry(y, x int32) (outer *carrier) {
	to := r.nest.order[x]
	for w := r.nest.header[x]; w >= 0 && !r.nest.within(y, w); w = r.nest.header[w] {
		header := r.nest.order[w]
		c := r.carriers[header]
		if c == nil {
			c = &carrier{header: header, number: map[*Block]int{}}
			if r.carriers == nil {
				r.carriers, r.numbers = map[*Block]*carrier{}, map[constantKey]*Value{}
			}
			r.carriers[header] = c
			r.list = append(r.list, c)
		}
		if c.number[to] == 0 {
			c.entries = append(c.entries, entry{block: to, inner: outer})
			c.number[to] = len(c.entries)
			r.entries++
		}
		outer = c
	}
	return outer
}

// commit leads the edges to the headers.
func (r *reducer) commit() {
	for _, c := range r.list {
		r.choose(c)
		r.begin(c)
	}
	// These go to old headers, too, so they are led elsewhere before the others that do.
	for _, e := range r.edges {
		edge := &e.from.Succs[e.succ]
		*edge = r.sideEntry(e.outer, edge.To, edge.Args)
	}
	for _, c := range r.list {
		r.replaceHeader(c)
	}
	for _, c := range r.list {
		r.letIn(c)
	}
}

// choose chooses the types that a header carries: enough of each for the entry with the most.
func (r *reducer) choose(c *carrier) {
	var most [V128 + 1]int
	for i := range c.entries {
		e := &c.entries[i]
		var count [V128 + 1]int
		for _, p := range e.block.Params {
			e.types = append(e.types, p.Type)
			count[p.Type]++
			most[p.Type] = max(most[p.Type], count[p.Type])
		}
	}
	for t, n := range most {
		for range n {
			c.slots = append(c.slots, Type(t))
		}
	}
}

// begin makes the new header, with parameters for the number and what is carried.
func (r *reducer) begin(c *carrier) {
	c.before = r.f.NewBlock()
	r.f.Blocks = append(r.f.Blocks, c.before)
	r.f.NewParam(c.before, I32)
	for _, t := range c.slots {
		r.f.NewParam(c.before, t)
	}
	c.params = c.header.Params
}

// replaceHeader leads to the new header what goes to the old one, whose parameters it has.
func (r *reducer) replaceHeader(c *carrier) {
	for _, p := range c.params {
		p.Block = c.before
	}
	c.before.Params = append(c.before.Params, c.params...)
	c.header.Params = nil
	for i, p := range c.header.Preds {
		if i > 0 && p == c.header.Preds[i-1] {
			continue // it has several edges here, which are done
		}
		for j := range p.Succs {
			if e := &p.Succs[j]; e.To == c.header {
				*e = Edge{To: c.before, Args: append(r.nothing(c), e.Args...)}
			}
		}
	}
}

// nothing returns what a header gets from its usual predecessors, in front of its old parameters, with room for these.
func (r *reducer) nothing(c *carrier) []*Value {
	args := append(r.f.newArgs(1+len(c.slots)+len(c.params)), r.number(I32, 0))
	for _, t := range c.slots {
		args = append(args, r.number(t, 0))
	}
	return args
}

// sideEntry returns an edge to the header of a loop, for one to a block that the loop has elsewhere.
func (r *reducer) sideEntry(c *carrier, to *Block, carried []*Value) Edge {
	args := r.nothing(c)
	args[0] = r.number(I32, int64(c.number[to]))
	for i, at := range r.places(c, c.entries[c.number[to]-1].types) {
		args[1+at] = carried[i]
	}
	for _, p := range c.params {
		args = append(args, r.number(p.Type, 0))
	}
	return Edge{To: c.before, Args: args}
}

// places returns which slots of a carrier carry values of some types: each the first of its type that is free. The list
// holds until the next call.
func (r *reducer) places(c *carrier, types []Type) []int {
	var next [V128 + 1]int
	r.at = r.at[:0]
	for _, t := range types {
		at := next[t]
		for c.slots[at] != t {
			at++
		}
		r.at, next[t] = append(r.at, at), at+1
	}
	return r.at
}

// letIn ends a new header with the look at the number, and the table behind that.
func (r *reducer) letIn(c *carrier) {
	number := c.before.Params[0]
	dispatch := r.f.NewBlock()
	dispatch.Cold = true
	r.f.Blocks = append(r.f.Blocks, dispatch)
	branch := c.before.Add(r.f.NewValue(OpIf, Void, 0, number))
	branch.Pos = c.header.Values[0].Pos
	c.before.Succs = append(c.before.Succs, Edge{To: dispatch}, Edge{To: c.header})
	jump := dispatch.Add(r.f.NewValue(OpJump, Void, 0))
	jump.Pos = branch.Pos
	if len(c.entries) > 1 {
		jump.Op = OpTable
		jump.Args = append(jump.Args, number)
		dispatch.Succs = append(dispatch.Succs, r.goOn(c, c.entries[0])) // for 0, which does not come here
	}
	for _, e := range c.entries {
		dispatch.Succs = append(dispatch.Succs, r.goOn(c, e))
	}
}

// goOn returns the edge on which an entry leaves the dispatch of a header.
func (r *reducer) goOn(c *carrier, e entry) Edge {
	args := r.f.refs.Cut(len(e.types))
	for i, at := range r.places(c, e.types) {
		args[i] = c.before.Params[1+at]
	}
	if e.inner != nil {
		return r.sideEntry(e.inner, e.block, args)
	}
	if own := r.carriers[e.block]; own != nil { // the header of a loop inside
		return Edge{To: own.before, Args: append(r.nothing(own), args...)}
	}
	return Edge{To: e.block, Args: args}
}

// number returns a constant, at the beginning of the entry.
func (r *reducer) number(t Type, n int64) *Value {
	v := r.numbers[constantKey{t, n}]
	if v == nil {
		v = r.f.NewValue(OpConst, t, n)
		r.f.Blocks[0].insert(v)
		r.numbers[constantKey{t, n}] = v
	}
	return v
}
