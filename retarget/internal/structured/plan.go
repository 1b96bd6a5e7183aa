package structured

import "slices"

// A Plan says where each node of a graph is to be written. It can be made for one graph after the other.
//
// The region of a node is the node with all that it dominates. A node k that is not written in place of the
// only edge to it stands behind a block:
//
//   - If the nearest node d that dominates it is in loops that k is not in, then behind the outermost of those loops.
//     All edges to k come from within the region of the loop's header, which dominates d, and a block around the loop
//     encloses that.
//   - Else within the region of d, behind d's own instructions.
//
// Nodes that stand behind the same thing follow each other in reverse postorder, the blocks of later ones
// around those of earlier ones.
type Plan struct {
	flow
	heads   []int32 // heads[n] is n if n is the header of a loop, else none
	up      []int32 // the header of the innermost loop that n is in, not counting the one that n heads
	forward []int32 // how many forward edges lead to n
	inside  lists   // by d: the nodes behind the instructions of d
	outside lists   // by header: the nodes behind the loop
	placed  []int32 // 1 if a node stands behind a block
	// Irreducible says that the graph has a loop with several entries.
	Irreducible bool
}

// Make makes the plan of a graph, which must not change as long as the plan is used. It must have a node.
func (p *Plan) Make(g *Graph) {
	p.analyze(g)
	n := g.Len()
	p.heads, p.up = fill(p.heads, n, none), fill(p.up, n, none)
	p.forward, p.placed = fill(p.forward, n, 0), fill(p.placed, n, 0)
	p.inside.reset(n)
	p.outside.reset(n)
	p.Irreducible = false
	for _, from := range p.order {
		for _, to := range p.successors(from) {
			if !p.isBackward(from, to) {
				p.forward[to]++
				continue
			}
			p.heads[to] = to
			if !p.dominates(to, from) {
				p.Irreducible = true
			}
		}
	}
	if p.Irreducible {
		return
	}
	p.findLoops()
	for _, k := range p.order[1:] {
		p.place(k)
	}
}

// findLoops finds the bodies of loops, inner ones first: what reaches a backward edge without passing the header.
func (p *Plan) findLoops() {
	var work []int32
	for i := len(p.order) - 1; i >= 0; i-- {
		h := p.order[i]
		if p.heads[h] == none {
			continue
		}
		for _, latch := range p.preds.successors(h) {
			if p.isBackward(latch, h) {
				work = append(work, latch)
			}
		}
		for len(work) > 0 {
			n := work[len(work)-1]
			work = work[:len(work)-1]
			for p.up[n] != none { // as a whole: the outermost loop that is known to have n
				n = p.up[n]
			}
			if n == h {
				continue
			}
			p.up[n] = h
			for _, pred := range p.preds.successors(n) {
				if p.heads[n] == none || !p.isBackward(pred, n) {
					work = append(work, pred)
				}
			}
		}
	}
}

// loop returns the header of the innermost loop that a node is in.
func (p *Plan) loop(n int32) int32 {
	if p.heads[n] != none {
		return n
	}
	return p.up[n]
}

// inLoop reports whether a node is in the loop that h heads.
func (p *Plan) inLoop(n, h int32) bool {
	for l := p.loop(n); l != none; l = p.up[l] {
		if l == h {
			return true
		}
	}
	return false
}

// place decides where a node stands.
func (p *Plan) place(k int32) {
	d, left := p.idom[k], none
	for h := p.loop(d); h != none && !p.inLoop(k, h); h = p.up[h] {
		left = h
	}
	ends := len(p.successors(k)) == 0 && p.heads[k] == none
	switch {
	case p.forward[k] == 1 && (left == none || ends):
		// In place of the edge. So stands also what ends the function, such as a panic, where a loop has it.
	case left != none:
		p.outside.add(left, k)
		p.placed[k] = 1
	default:
		p.inside.add(d, k)
		p.placed[k] = 1
	}
}

// lists are lists of nodes, one for each node, in the order in which they were added.
type lists struct {
	first, last, next []int32
}

func (l *lists) reset(n int) {
	l.first, l.last, l.next = fill(l.first, n, none), fill(l.last, n, none), fill(l.next, n, none)
}

func (l *lists) add(of, n int32) {
	if l.first[of] == none {
		l.first[of] = n
	} else {
		l.next[l.last[of]] = n
	}
	l.last[of] = n
}

// of returns a list; the first stands first.
func (l *lists) of(n int32) []int32 {
	var all []int32
	for k := l.first[n]; k != none; k = l.next[k] {
		all = append(all, k)
	}
	return all
}

// Nodes returns the nodes that can be reached, in ascending order.
func (p *Plan) Nodes() []int32 {
	nodes := slices.Clone(p.order)
	slices.Sort(nodes)
	return nodes
}
