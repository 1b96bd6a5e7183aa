package ssa

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// A machine executes functions to find out whether passes change what they do. Integers
// are computed; all else (floats, what memories hold at first, what calls return) are
// numbers that depend on the operation and its arguments alone. It notes effects in order.
type machine struct {
	f       *Func
	values  []uint64
	memory  map[uint64]byte
	records map[uint64]uint64 // what has been set since the last call
	lengths map[uint64]uint64 // of arrays that have been made, by the address
	epoch   uint64            // number of calls
	allocs  uint64
	making  uint64 // the object that has no OpCommit yet
	steps   int
	effects []string
	general *Func // what begins anew at an OpReenter
}

// hashOf mixes numbers.
func hashOf(parts ...uint64) uint64 {
	h := uint64(0x9E3779B97F4A7C15)
	for _, p := range parts {
		h = (h ^ p) * 0xBF58476D1CE4E5B9
		h ^= h >> 29
	}
	return h * 0x94D049BB133111EB >> 1
}

const maxSteps = 1000

// execute runs a function and returns its effects, and whether it came to an end.
func execute(f *Func, args []uint64) (effects []string, ended bool) {
	return executeForms(f, nil, args)
}

// executeForms is execute for a function that may begin anew in another form.
func executeForms(f, general *Func, args []uint64) (effects []string, ended bool) {
	m := &machine{memory: map[uint64]byte{}, records: map[uint64]uint64{}, lengths: map[uint64]uint64{}, general: general}
	b := m.begin(f, args)
	for b != nil && m.steps < maxSteps {
		b = m.block(b)
	}
	return m.effects, b == nil
}

// begin begins a function.
func (m *machine) begin(f *Func, args []uint64) *Block {
	m.f, m.values = f, make([]uint64, f.NumValues())
	for i, p := range f.Blocks[0].Params {
		m.values[p.ID] = truncate(p.Type, args[i%len(args)])
	}
	return f.Blocks[0]
}

func (m *machine) note(format string, args ...any) {
	m.effects = append(m.effects, fmt.Sprintf(format, args...))
}

// noteSet notes a write to a record, in the place of an earlier one to the same after which nothing but others has
// happened.
func (m *machine) noteSet(what string, value uint64) {
	for i := len(m.effects) - 1; i >= 0 && strings.HasPrefix(m.effects[i], "set "); i-- {
		if strings.HasPrefix(m.effects[i], what) {
			m.effects = slices.Delete(m.effects, i, i+1)
			break
		}
	}
	m.note("%s%d", what, value)
}

// block executes a block and returns the next one, nil at the end.
func (m *machine) block(b *Block) *Block {
	for _, v := range b.Values {
		m.steps++
		args := make([]uint64, len(v.Args))
		for i, a := range v.Args {
			args[i] = m.values[a.ID]
		}
		succ := 0
		switch v.Op {
		case OpIf:
			succ = int(b2u(args[0] == 0))
		case OpTable:
			succ = int(min(args[0], uint64(len(b.Succs)-1)))
		case OpInvoke:
			succ = int(hashOf(m.epoch, 77) % uint64(len(b.Succs)))
		case OpReturn, OpTrap, OpTailCall, OpTailCallRecord:
			m.note("%v %d %v @%d", v.Op, v.Aux, args, v.Pos)
			return nil
		case OpReenter:
			return m.begin(m.general, args)
		case OpJump:
		default:
			if m.value(v, args) {
				code := v.Aux
				if v.Op != OpTrapIf && v.Op != OpTrapUnless {
					code = -1
				}
				m.note("trap %d @%d", code, v.Pos)
				return nil
			}
			continue
		}
		e := b.Succs[succ]
		moved := make([]uint64, len(e.Args))
		for i, a := range e.Args {
			moved[i] = m.values[a.ID]
		}
		for i, p := range e.To.Params {
			if e.To.Pad != NotPad {
				m.values[p.ID] = truncate(p.Type, hashOf(m.epoch, uint64(i)))
			} else {
				m.values[p.ID] = moved[i]
			}
		}
		return e.To
	}
	panic("no terminator")
}

// value executes a value and reports whether it traps.
func (m *machine) value(v *Value, args []uint64) (trap bool) {
	var r uint64
	switch v.Op {
	case OpConst:
		r = uint64(v.Aux)
	case OpTrapIf:
		return args[0] != 0
	case OpTrapUnless:
		return args[0] == 0
	case OpIcmp:
		r = b2u(evalCompare(v.Cond(), v.Args[0].Type, args[0], args[1]))
	case OpFcmp:
		r = hashOf(uint64(v.Aux), args[0], args[1]) & 1
	case OpVector, OpShuffle:
		r = hashOf(append(args, uint64(v.Op), uint64(v.Aux))...)
		if v.IsBitTest() {
			r &= 1
		}
	case OpSelect:
		r = args[2]
		if args[0] != 0 {
			r = args[1]
		}
	case OpMulHiU, OpMulHiS:
		hi, _ := bits.Mul64(args[0], args[1])
		if v.Op == OpMulHiS {
			if int64(args[0]) < 0 {
				hi -= args[1]
			}
			if int64(args[1]) < 0 {
				hi -= args[0]
			}
		}
		r = hi
	case OpBoundsCheck:
		end, carry := bits.Add64(args[0], uint64(v.Aux), 0)
		return carry != 0 || end > args[1]
	case OpLoad, OpStore:
		address := args[1] + uint64(v.Aux) + args[0]
		if hashOf(address>>6)%32 == 0 {
			return true
		}
		if v.Op == OpStore {
			m.note("store %d %d", address, args[2])
		}
		for i := range v.Mem.Size() {
			at := address + uint64(i)
			if v.Op == OpStore {
				m.memory[at] = byte(args[2] >> (8 * i))
				continue
			}
			b, ok := m.memory[at]
			if !ok {
				b = byte(hashOf(at))
			}
			r |= uint64(b) << (8 * i)
		}
		if v.Mem < Mem64 && v.Mem&1 == 0 {
			n := 64 - 8*v.Mem.Size()
			r = uint64(int64(r<<n) >> n)
		}
	case OpAtomicLoad, OpAtomicXchg, OpAtomicAdd, OpAtomicAnd, OpAtomicOr, OpAtomicXor, OpAtomicCas,
		OpAtomicStore, OpFence, OpPause:
		m.note("%v.%v %v @%d", v.Op, v.Mem, args, v.Pos)
		m.epoch++
		r = truncate(v.Type, hashOf(m.epoch)) & (1<<(8*v.Mem.Size()-1) - 1)
	case OpGet:
		at, ok := args[0]+uint64(v.Aux), false
		switch r, ok = m.records[at]; {
		case ok:
		case v.Aux == 8: // the length of a memory or table
			r = 1 << 31
		default:
			r = hashOf(at, m.epoch)
		}
	case OpSet:
		m.noteSet(fmt.Sprintf("set %d ", args[0]+uint64(v.Aux)), args[1])
		clear(m.records) // any two pointers may be the same
		m.records[args[0]+uint64(v.Aux)] = args[1]
	case OpAlloc:
		m.allocs++
		r = hashOf(m.allocs, 5) &^ 15
		m.making = r
	case OpCommit:
		m.making = 0
		m.note("commit %d %v", v.Aux, args)
	case OpNewArray:
		m.note("new_array %d %v @%d", v.Aux, args, v.Pos)
		m.allocs++
		r = hashOf(m.allocs, 5) &^ 15
		m.lengths[r+objectLen] = args[1]
	case OpPart, OpPartFixed:
		at, ok := args[0]+uint64(v.Aux), false
		if r, ok = m.records[at]; !ok {
			r = hashOf(at, m.epoch)
			if v.Op == OpPartFixed {
				if r, ok = m.lengths[at]; !ok {
					r = hashOf(at)
				}
			}
		}
		n := 64 - 8*v.Mem.Size()
		if r = r << n >> n; v.Mem < Mem64 && v.Mem&1 == 0 {
			r = uint64(int64(r<<n) >> n)
		}
	case OpSetPart:
		m.note("set_part %d %v %d", args[0]+uint64(v.Aux), v.Mem, args[1])
		if args[0] != m.making { // which is no other object
			clear(m.records)
		}
		m.records[args[0]+uint64(v.Aux)] = args[1]
	case OpResult:
		r = hashOf(m.epoch, uint64(v.Aux))
	case OpPoll:
	case OpFuel:
		m.note("fuel @%d", v.Pos)
	default:
		var ok bool
		switch {
		case v.Op.Info().Call:
			m.note("%v %d %v @%d", v.Op, v.Aux, args, v.Pos)
			m.epoch++
			clear(m.records)
			return false
		case len(args) == 2 && !v.Type.IsFloat() && !v.Args[0].Type.IsFloat():
			if r, ok = evalBinary(v.Op, v.Type, args[0], args[1]); !ok {
				return true
			}
		case len(args) == 1:
			if r, ok = evalUnary(v.Op, v.Type, v.Args[0].Type, args[0]); !ok {
				r = hashOf(append(args, uint64(v.Op), uint64(v.Type))...)
			}
		default:
			r = hashOf(append(args, uint64(v.Op), uint64(v.Type), uint64(v.Aux))...)
		}
	}
	m.values[v.ID] = truncate(v.Type, r)
	return false
}

// sameEffects compares two executions. One that did not end need only agree so far.
func sameEffects(a []string, aEnded bool, b []string, bEnded bool) error {
	if !aEnded || !bEnded { // what is written next may replace what was written last
		a, b = withoutSets(a), withoutSets(b)
	}
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return fmt.Errorf("effect %d is %s, was %s", i, b[i], a[i])
		}
	}
	if aEnded && len(b) > n || bEnded && len(a) > n || aEnded && bEnded && len(a) != len(b) {
		return fmt.Errorf("%d effects, were %d", len(b), len(a))
	}
	return nil
}

// withoutSets returns effects without the writes to records that are the last.
func withoutSets(effects []string) []string {
	for len(effects) > 0 && strings.HasPrefix(effects[len(effects)-1], "set ") {
		effects = effects[:len(effects)-1]
	}
	return effects
}
