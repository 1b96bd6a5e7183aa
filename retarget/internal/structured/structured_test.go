package structured

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"weft/internal/golden"
)

// A printer writes nodes as text. A node goes to its successors in turn: each but the last on a condition.
type printer struct {
	g     *Graph
	e     Emitter
	b     strings.Builder
	depth int
}

func (p *printer) line(format string, args ...any) {
	p.b.WriteString(strings.Repeat("  ", p.depth))
	fmt.Fprintf(&p.b, format+"\n", args...)
}

func (p *printer) Open(loop bool) {
	p.line("%s", map[bool]string{false: "block", true: "loop"}[loop])
	p.depth++
}

func (p *printer) Close() {
	p.depth--
	p.line("end")
}

func (p *printer) Dispatch(nodes int) { p.line("branch to the next of %d", nodes) }

func (p *printer) Node(n int) {
	p.line("node %d", n)
	succs := p.g.successors(int32(n))
	for i, s := range succs {
		last := i == len(succs)-1
		if last {
			p.jump(int(s), true)
			continue
		}
		p.line("if %d.%d", n, i)
		p.depth++
		p.e.Enter()
		p.jump(int(s), false)
		p.e.Leave()
		p.depth--
	}
	if len(succs) == 0 {
		p.line("return")
	}
}

func (p *printer) jump(to int, last bool) {
	switch way := p.e.Goto(to, last); way.Kind {
	case Branch:
		p.line("br %d", way.Label)
	case Again:
		p.line("next = %d; br %d", to, way.Label)
	case Inline:
		p.e.Inline(to)
	}
}

func print(g *Graph) string {
	p := &printer{g: g}
	var plan Plan
	plan.Make(g)
	p.e.Emit(&plan, p)
	return p.b.String()
}

// readGraph reads a line for each node: its number, a colon, its successors.
func readGraph(t testing.TB, source string) *Graph {
	g := &Graph{}
	for _, line := range strings.Split(strings.TrimSpace(source), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		number, succs, ok := strings.Cut(line, ":")
		if n, err := strconv.Atoi(number); !ok || err != nil || n != g.Len() {
			t.Fatalf("line %q: node %d wanted", line, g.Len())
		}
		for _, s := range strings.Fields(succs) {
			to, err := strconv.Atoi(s)
			if err != nil {
				t.Fatal(err)
			}
			g.Edge(to)
		}
		g.EndNode()
	}
	return g
}

func TestGolden(t *testing.T) {
	golden.Run(t, "testdata/*.graph", func(t *testing.T, _ string, source []byte) string {
		return print(readGraph(t, string(source)))
	})
}

// TestPaths makes random graphs, walks through what is written with random conditions, and compares the nodes on the
// way with those in the graph.
func TestPaths(t *testing.T) {
	irreducible := 0
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := &Graph{}
		nodes := 1 + r.IntN(12)
		for range nodes {
			for range r.IntN(4) {
				g.Edge(r.IntN(nodes))
			}
			g.EndNode()
		}
		var plan Plan
		if plan.Make(g); plan.Irreducible {
			irreducible++
		}
		text := print(g)
		for walk := range uint64(5) {
			want, got := walkGraph(g, rand.New(rand.NewPCG(seed, walk))), walkText(t, text, rand.New(rand.NewPCG(seed, walk)))
			if want != got {
				t.Fatalf("seed %d: graph %v ends %v:\n%s\nway in the graph %s\nway in the text  %s", seed, g.succs, g.ends, text, want, got)
			}
		}
	}
	if irreducible < 100 || irreducible > 2500 {
		t.Errorf("%d graphs are irreducible", irreducible)
	}
}

const longest = 60 // nodes on a way

func walkGraph(g *Graph, r *rand.Rand) string {
	var way []string
	for n := int32(0); len(way) < longest; {
		way = append(way, fmt.Sprint(n))
		succs := g.successors(n)
		if len(succs) == 0 {
			break
		}
		i := 0
		for i < len(succs)-1 && r.IntN(2) == 0 {
			i++
		}
		n = succs[i]
	}
	return strings.Join(way, " ")
}

// walkText interprets the lines. It finds the ends of blocks by their indentation.
func walkText(t *testing.T, text string, r *rand.Rand) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	indent := func(i int) int { return (len(lines[i]) - len(strings.TrimLeft(lines[i], " "))) / 2 }
	var way []string
	next := 0
	// enclosing lists the lines that open what encloses line i, innermost first.
	enclosing := func(i int) (open []int) {
		for depth, j := indent(i), i-1; j >= 0; j-- {
			if indent(j) < depth {
				depth = indent(j)
				open = append(open, j)
			}
		}
		return open
	}
	end := func(i int) int { // the line behind what line i opens
		j := i + 1
		for indent(j) > indent(i) {
			j++
		}
		return j
	}
	branch := func(i, label int) int {
		open := enclosing(i)
		if label >= len(open) {
			t.Fatalf("line %d: no label %d:\n%s", i, label, text)
		}
		if strings.Contains(lines[open[label]], "loop") {
			return open[label] + 1
		}
		return end(open[label])
	}
	for i := 0; i < len(lines); {
		word := strings.Fields(lines[i])
		switch word[0] {
		case "node":
			if way = append(way, word[1]); len(way) == longest {
				return strings.Join(way, " ")
			}
			i++
		case "if":
			if r.IntN(2) == 0 {
				for depth := indent(i); i+1 < len(lines) && indent(i+1) > depth; {
					i++
				}
			}
			i++
		case "return":
			return strings.Join(way, " ")
		case "br":
			label, _ := strconv.Atoi(word[1])
			i = branch(i, label)
		case "next":
			next, _ = strconv.Atoi(strings.TrimSuffix(word[2], ";"))
			label, _ := strconv.Atoi(word[4])
			i = branch(i, label)
		case "branch":
			i = branch(i, next)
		default:
			i++
		}
	}
	t.Fatalf("runs out of the text:\n%s", text)
	return ""
}
