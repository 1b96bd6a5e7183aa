// Package structured turns a control flow graph into blocks, loops and branches, which is all the control flow
// that WebAssembly has.
//
// The way is that of Norman Ramsey's "Beyond Relooper: Recursive Translation of Unstructured Control Flow to
// Structured Control Flow" (ICFP 2022). The dominator tree says what is nested in what: a node and all that it
// dominates become one region. A node that is entered by several forward edges stands behind a block, and those
// edges branch to the block's end; a node that is entered by a backward edge begins a loop; every other node stands
// in the place of the only edge to it.
//
// It differs in one thing: what follows a loop is written behind the loop, and not in it, so that loops that
// follow each other in the source do not nest here (see [Plan]).
//
// A graph with a loop that has several entries, an irreducible one, cannot be written like that. Then all nodes
// stand in one loop, behind a table of branches.
package structured

// A Graph is a control flow graph, made node after node. Node 0 is where it begins.
type Graph struct {
	succs []int32 // of all nodes, one after the other
	ends  []int32 // ends[n] is where those of node n end
}

// Reset makes the graph empty.
func (g *Graph) Reset() { g.succs, g.ends = g.succs[:0], g.ends[:0] }

// Edge adds an edge from the node that is being made. As many edges as there are branches in the node have to be
// added, also if they lead to the same node.
func (g *Graph) Edge(to int) { g.succs = append(g.succs, int32(to)) }

// EndNode ends the node that is being made.
func (g *Graph) EndNode() { g.ends = append(g.ends, int32(len(g.succs))) }

// Len returns the number of nodes.
func (g *Graph) Len() int { return len(g.ends) }

func (g *Graph) successors(n int32) []int32 {
	if n == 0 {
		return g.succs[:g.ends[0]]
	}
	return g.succs[g.ends[n-1]:g.ends[n]]
}

// none stands for no node.
const none = int32(-1)

// A flow is a graph with what is known about its order: the numbering in reverse postorder, predecessors,
// and the dominator tree.
type flow struct {
	*Graph
	order []int32 // the nodes that can be reached, in reverse postorder
	rank  []int32 // of each node in order; none if it cannot be reached
	preds Graph   // the graph with its edges turned round
	idom  []int32 // the immediate dominator
}

func (f *flow) analyze(g *Graph) {
	f.Graph = g
	f.number()
	f.turnRound()
	f.dominators()
}

// fill returns a slice of length n, every element v, in the memory of s if it is large enough.
func fill(s []int32, n int, v int32) []int32 {
	if cap(s) < n {
		s = make([]int32, n+n/2)
	}
	s = s[:n]
	for i := range s {
		s[i] = v
	}
	return s
}

// number finds the reverse postorder.
func (f *flow) number() {
	f.rank = fill(f.rank, f.Len(), none)
	f.order = f.order[:0]
	f.visit(0)
	for i, j := 0, len(f.order)-1; i < j; i, j = i+1, j-1 {
		f.order[i], f.order[j] = f.order[j], f.order[i]
	}
	for i, n := range f.order {
		f.rank[n] = int32(i)
	}
}

// visit appends what can be reached from a node in postorder. Later successors come first, so that the order keeps
// to that of the source.
func (f *flow) visit(n int32) {
	f.rank[n] = 0 // seen
	succs := f.successors(n)
	for i := len(succs) - 1; i >= 0; i-- {
		if f.rank[succs[i]] == none {
			f.visit(succs[i])
		}
	}
	f.order = append(f.order, n)
}

// turnRound lists the predecessors of each node, by counting.
func (f *flow) turnRound() {
	ends := fill(f.preds.ends, f.Len(), 0)
	for _, n := range f.order {
		for _, s := range f.successors(n) {
			ends[s]++
		}
	}
	total := int32(0)
	for n := range ends {
		total += ends[n]
		ends[n] = total
	}
	list := fill(f.preds.succs, int(total), none)
	for i := len(f.order) - 1; i >= 0; i-- {
		for _, s := range f.successors(f.order[i]) {
			ends[s]--
			list[ends[s]] = f.order[i]
		}
	}
	// Each end has moved to where the node's list begins, which is where the one before ends.
	copy(ends, ends[min(1, len(ends)):])
	if len(ends) > 0 {
		ends[len(ends)-1] = total
	}
	f.preds = Graph{succs: list, ends: ends}
}

// dominators finds immediate dominators (Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm").
func (f *flow) dominators() {
	f.idom = fill(f.idom, f.Len(), none)
	f.idom[0] = 0
	for changed := true; changed; {
		changed = false
		for _, n := range f.order[1:] {
			d := none
			for _, p := range f.preds.successors(n) {
				switch {
				case f.idom[p] == none: // not known yet
				case d == none:
					d = p
				default:
					d = f.common(d, p)
				}
			}
			if f.idom[n] != d {
				f.idom[n] = d
				changed = true
			}
		}
	}
}

// common returns the nearest node that dominates both.
func (f *flow) common(a, b int32) int32 {
	for a != b {
		if f.rank[a] > f.rank[b] {
			a = f.idom[a]
		} else {
			b = f.idom[b]
		}
	}
	return a
}

func (f *flow) dominates(a, b int32) bool {
	for f.rank[b] > f.rank[a] {
		b = f.idom[b]
	}
	return a == b
}

// isBackward reports whether an edge goes to a node that stands before its origin, or to itself.
func (f *flow) isBackward(from, to int32) bool { return f.rank[to] <= f.rank[from] }
