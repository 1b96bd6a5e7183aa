package structured

// A Writer writes the parts of a function.
type Writer interface {
	// Open begins a block or a loop without parameters and results, Close ends it.
	Open(loop bool)
	Close()
	// Node writes the instructions of a node. Wherever they go on to another node it asks
	// [Emitter.Goto] how. Control must not reach the end of what it writes but as Goto allows it.
	Node(n int)
	// Dispatch writes a branch to label d, where d is the number of the node to go to next, of so many.
	// It is only asked for if the plan is irreducible; d is 0 at first.
	Dispatch(nodes int)
}

// A Way is how control goes on from one node to another.
type Way struct {
	Kind  WayKind
	Label uint32 // Branch, Again: the label to branch to
}

// WayKind is the kind of a way.
type WayKind uint8

const (
	Branch WayKind = iota // by a branch
	Falls                 // by doing nothing: the other node follows
	Inline                // the other node has to be written here, by [Emitter.Inline]
	Again                 // by a branch, after setting the number of the node to go to next; only if irreducible
)

// An Emitter lets a writer write the nodes of a plan.
type Emitter struct {
	plan   *Plan
	w      Writer
	labels []label
	at     int32 // the node that is being written
}

// A label is a block or loop that is open: to branch to it is to go to a node.
type label struct {
	node int32 // none: a block of the node itself
	loop bool
}

// dispatcher is the node of the loop around an irreducible graph.
const dispatcher = int32(-2)

// Emit writes all nodes that can be reached.
func (e *Emitter) Emit(p *Plan, w Writer) {
	e.plan, e.w, e.labels = p, w, e.labels[:0]
	if p.Irreducible {
		e.dispatch()
		return
	}
	e.region(0)
}

func (e *Emitter) open(node int32, loop bool) {
	e.labels = append(e.labels, label{node, loop})
	e.w.Open(loop)
}

func (e *Emitter) close() {
	e.labels = e.labels[:len(e.labels)-1]
	e.w.Close()
}

// Enter says that the writer has opened a block of its own within a node, Leave that it has closed one.
func (e *Emitter) Enter() { e.labels = append(e.labels, label{node: none}) }

// Depth returns how many blocks and loops are open: the label of the first one around all.
func (e *Emitter) Depth() uint32 { return uint32(len(e.labels)) }

// Leave is told that a block of the writer's own ends.
func (e *Emitter) Leave() { e.labels = e.labels[:len(e.labels)-1] }

// region writes a node and what it dominates.
func (e *Emitter) region(n int32) {
	outside := e.begin(e.plan.outside.of(n))
	if e.plan.heads[n] != none {
		e.open(n, true)
	}
	inside := e.begin(e.plan.inside.of(n))
	e.node(n)
	e.end(inside)
	if e.plan.heads[n] != none {
		e.close()
	}
	e.end(outside)
}

// begin opens the blocks behind which nodes stand, that of the first innermost.
func (e *Emitter) begin(nodes []int32) []int32 {
	for i := len(nodes) - 1; i >= 0; i-- {
		e.open(nodes[i], false)
	}
	return nodes
}

// end closes each block and writes the node behind it.
func (e *Emitter) end(nodes []int32) {
	for _, n := range nodes {
		e.close()
		e.region(n)
	}
}

func (e *Emitter) node(n int32) {
	was := e.at
	e.at = n
	e.w.Node(int(n))
	e.at = was
}

// Goto returns how to go from the node that is being written to another. Last says that nothing comes behind it in
// the node.
func (e *Emitter) Goto(to int, last bool) Way {
	n, p := int32(to), e.plan
	switch {
	case p.Irreducible && p.isBehind(e.at, n):
		return e.forward(n, last)
	case p.Irreducible:
		return Way{Again, e.label(label{dispatcher, true})}
	case p.isBackward(e.at, n):
		return Way{Branch, e.label(label{n, true})}
	case p.placed[n] != 0:
		return e.forward(n, last)
	}
	return Way{Kind: Inline}
}

func (e *Emitter) forward(n int32, last bool) Way {
	l := e.label(label{n, false})
	if l == 0 && last {
		return Way{Kind: Falls}
	}
	return Way{Branch, l}
}

// Inline writes the node that Goto wants written here.
func (e *Emitter) Inline(to int) { e.region(int32(to)) }

// label returns the number of a label, counted from the innermost.
func (e *Emitter) label(l label) uint32 {
	for i := len(e.labels) - 1; ; i-- {
		if e.labels[i] == l {
			return uint32(len(e.labels) - 1 - i)
		}
	}
}

// isBehind reports whether a node is written behind another in an irreducible graph, where all are written in the
// order of their numbers.
func (p *Plan) isBehind(n, other int32) bool { return other > n }

// dispatch writes the nodes of an irreducible graph, each behind a block of a loop.
func (e *Emitter) dispatch() {
	n := e.plan.Len()
	e.open(dispatcher, true)
	for k := n - 1; k >= 0; k-- {
		e.open(int32(k), false)
	}
	e.w.Dispatch(n)
	for k := range n {
		e.close()
		if e.plan.rank[k] != none {
			e.node(int32(k))
		}
	}
	e.close()
}
