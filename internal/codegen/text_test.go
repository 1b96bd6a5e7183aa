package codegen

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// opNames are what the text calls the instructions of the test machine.
var opNames = map[string]uint16{
	"args": opArgs, "const": opConst, "add": opAdd, "sub": opSub, "lea": opLea, "div": opDiv, "shl": opShl, "mix": opMix,
	"store": opStore, "call": opCall, "br": opBr, "jump": opJump, "ret": opRet, "fadd": opFAdd, "fmix": opFMix,
}

// opName returns the name of an instruction of the test machine.
func opName(in *Inst) string {
	for name, op := range opNames {
		if op == in.Op {
			if op == opConst {
				name += " " + strconv.FormatInt(in.Imm, 10)
			}
			return name
		}
	}
	return "?"
}

// A parser reads functions in a form like that of Func.Text; operands get what the instruction asks for.
type parser struct {
	*builder
	names map[string]VReg
}

// parse reads a function.
func parse(t *testing.T, m *Machine, text string) *Func {
	t.Helper()
	p := &parser{newBuilder(m), map[string]VReg{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "b") && strings.Contains(line, ":") {
			p.block()
		}
	}
	type jump struct {
		from, to int
		args     []VReg
	}
	var jumps []jump
	p.cur = -1
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		head, rest, isHead := strings.Cut(line, ":")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case isHead:
			p.cur++
			blk := &p.f.Blocks[p.cur]
			_, blk.Params = p.target(t, head)
			words := strings.Fields(rest)
			for i, word := range words {
				switch word {
				case "depth":
					blk.LoopDepth, _ = strconv.Atoi(words[i+1])
				case "loop":
					blk.IsLoop = true
				case "pad":
					blk.Pad = true
					next := [2]int{}
					for _, v := range blk.Params {
						c := p.f.VRegs[v].Class
						blk.PadRegs = append(blk.PadRegs, m.Allocatable[c][next[c]])
						next[c]++
					}
				}
			}
		case strings.HasPrefix(line, "->"):
			for _, word := range strings.SplitAfter(line[2:], ",") {
				to, args := p.target(t, strings.Trim(word, ", "))
				jumps = append(jumps, jump{p.cur, to, args})
			}
		default:
			p.parseInst(t, line)
		}
	}
	for _, j := range jumps {
		p.edge(j.from, j.to, j.args...)
	}
	return p.finish()
}

// target reads a block and its arguments or parameters.
func (p *parser) target(t *testing.T, text string) (int, []VReg) {
	name, args, _ := strings.Cut(text, "(")
	id, err := strconv.Atoi(strings.TrimPrefix(name, "b"))
	if err != nil {
		t.Fatalf("%q is no block", text)
	}
	return id, p.list(strings.Fields(strings.TrimSuffix(args, ")")))
}

// list returns the virtual registers with names.
func (p *parser) list(names []string) []VReg {
	var list []VReg
	for _, n := range names {
		if p.names[n] == 0 {
			c := Int
			if n[0] == 'f' {
				c = Float
			}
			p.names[n] = p.vreg(c, 8)
		}
		list = append(list, p.names[n])
	}
	return list
}

// parseInst reads an instruction.
func (p *parser) parseInst(t *testing.T, line string) {
	left, right, isDef := strings.Cut(line, "=")
	if !isDef {
		left, right = "", line
	}
	words := strings.Fields(right)
	op := opNames[words[0]]
	if op == opConst {
		v := p.list(strings.Fields(left))[0]
		info := &p.f.VRegs[v]
		info.Remat, info.RematOp = true, opConst
		info.Imm, _ = strconv.ParseInt(words[1], 10, 64)
		p.inst(opConst, 0, def(v))
		return
	}
	defs, uses := p.list(strings.Fields(left)), p.list(words[1:])
	switch op {
	case opArgs:
		p.call(op, 0, nil, defs)
	case opAdd, opFAdd:
		p.inst(op, Commutative, use(uses[0]), use(uses[1]), tied(defs[0]))
	case opSub:
		p.inst(op, 0, use(uses[0]), use(uses[1]), tied(defs[0]))
	case opLea:
		p.inst(op, 0, use(uses[0]), use(uses[1]), def(defs[0]))
	case opDiv:
		p.inst(op, 0, fixed(use(uses[0]), 0), late(uses[1]), fixed(tied(defs[0]), 0), fixed(Operand{Kind: Clobber}, 2))
	case opShl:
		p.inst(op, 0, use(uses[0]), fixed(use(uses[1]), 1), tied(defs[0]))
	case opMix:
		p.inst(op, 0, use(uses[0]), late(uses[1]), temp(), def(defs[0]))
	case opFMix:
		p.inst(op, 0, use(uses[0]), late(uses[1]), def(defs[0]))
	case opStore, opBr:
		p.inst(op, 0, use(uses[0]), use(uses[1]))
	case opCall:
		p.call(op, Call, uses, defs)
	case opRet:
		p.call(op, 0, uses, nil)
	case opJump:
		p.inst(op, 0)
	default:
		t.Fatalf("%q", line)
	}
}

// statistics counts what the allocator has added, in loops and outside of them.
func statistics(f *Func) string {
	var n [2][5]int
	for i := range f.Blocks {
		blk := &f.Blocks[i]
		for _, in := range f.Insts[blk.First:blk.End] {
			for k, flag := range []InstFlags{Move, Spill, Reload, Exchange, Remat} {
				if in.Flags&flag != 0 {
					n[min(blk.LoopDepth, 1)][k]++
				}
			}
		}
	}
	var w strings.Builder
	for k, where := range []string{"outside of loops", "in loops"} {
		fmt.Fprintf(&w, "# %s: %d moves, %d spills, %d reloads, %d exchanges, %d constants\n", where, n[k][0], n[k][1], n[k][2], n[k][3], n[k][4])
	}
	return w.String()
}

// TestShapes compares allocations with golden files. Their first line tells the numbers of
// registers, and what is behind a line of dashes is the outcome.
func TestShapes(t *testing.T) {
	files, err := filepath.Glob("testdata/allocate/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text, want, _ := strings.Cut(string(data), "----\n")
			var ints, floats int
			if _, err := fmt.Sscanf(text, "# %d integer registers, %d floating-point ones", &ints, &floats); err != nil {
				t.Fatal(err)
			}
			m := testMachine(ints, floats)
			f := parse(t, m, text)
			if err := checkAllocation(NewAllocator(m), f, m); err != nil {
				t.Error(err)
			}
			got := f.Text(opName) + statistics(f)
			if *update {
				if err := os.WriteFile(file, slices.Concat([]byte(text), []byte("----\n"), []byte(got)), 0o666); err != nil {
					t.Fatal(err)
				}
			} else if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
