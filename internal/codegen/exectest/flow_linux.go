package exectest

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// machines runs a test with each way to allocate registers.
func (isa *InstructionSet) machines(t *testing.T, test func(m *machine)) {
	for how := inFrame; how <= inRegisters; how++ {
		m := newMachine(t, isa)
		m.how = how
		test(m)
	}
}

// expect runs code and compares.
func (m *machine) expect(code uintptr, sig *ssa.Signature, args, want []uint64) {
	m.t.Helper()
	got, trap := m.run(code, sig, args...)
	if trap != wasm.TrapNone || !slices.Equal(got, want) {
		m.t.Errorf("of %#x: %#x, %v; want %#x", args, got, trap, want)
	}
}

// testConsumers gives each comparison to each of its consumers, plain and
// negated, with each kind of operands.
func (isa *InstructionSet) testConsumers(t *testing.T) {
	isa.machines(t, func(m *machine) {
		for _, c := range append(intCases(), floatCases()...) {
			if c.op != ssa.OpIcmp && c.op != ssa.OpFcmp {
				continue
			}
			for consumer := range 5 {
				for negate := range 3 {
					m.consumer(&c, consumer, negate)
				}
			}
		}
	})
}

func (m *machine) consumer(c *opCase, consumer, negate int) {
	start := m.used
	defer func() { m.used = start }()
	at := c.args[0]
	cell := &m.context.Args[2000]
	sig := &ssa.Signature{Params: types(at, at, ssa.I64), Results: types(ssa.I64)}
	if consumer == 2 {
		sig.Results[0] = ssa.F64
	}
	code := func(operand func(k *maker) *ssa.Value) uintptr {
		k := newFunc(sig.Params, sig.Results)
		y := operand(k)
		condition := k.op(c.op, ssa.I32, c.aux, k.param(0), y)
		for range negate {
			condition = k.op(ssa.OpIcmp, ssa.I32, int64(ssa.Eq), condition, k.constant(ssa.I32, 0))
		}
		switch consumer {
		case 0, 1: // a branch, whose first or second successor comes next
			first := k.b
			k.op(ssa.OpIf, ssa.Void, 0, condition)
			numbers := [2]uint64{1, 0}
			var blocks [2]*ssa.Block
			for i := range blocks {
				blocks[i^consumer] = k.block()
				k.ret(k.constant(ssa.I64, numbers[i^consumer]))
			}
			k.f.AddEdge(first, blocks[0])
			k.f.AddEdge(first, blocks[1])
		case 2, 3:
			t := sig.Results[0]
			k.ret(k.op(ssa.OpSelect, t, 0, condition, k.constant(t, 1), k.constant(t, 0)))
		case 4:
			k.op(ssa.OpTrapUnless, ssa.Void, int64(wasm.TrapNullFunction), condition)
			k.ret(k.constant(ssa.I64, 1))
		}
		return m.compile(k.f)[0]
	}
	check := func(code uintptr, x, y uint64) {
		want, _ := c.want(x, y)
		want ^= uint64(negate & 1)
		got, trap := m.run(code, sig, x, y, uint64(uintptr(unsafe.Pointer(cell))))
		switch {
		case consumer == 4 && want == 0 && trap == wasm.TrapNullFunction:
		case trap != wasm.TrapNone || got[0] != want:
			m.t.Fatalf("%v %v of %v, consumer %d, %d times negated, %#x, %#x: %v, %v; want %d", c.op, ssa.Cond(c.aux), at, consumer, negate, x, y, got, trap, want)
		}
	}
	inRegister := code(func(k *maker) *ssa.Value { return k.param(1) })
	inMemory := code(func(k *maker) *ssa.Value { return k.op(ssa.OpGet, at, 0, k.param(2)) })
	for _, y := range edges(at) {
		*cell = y
		for _, x := range edges(at) {
			check(inRegister, x, y)
			check(inMemory, x, y)
		}
	}
	if at.IsFloat() {
		return
	}
	for _, y := range []uint64{0, 1, 255, math.MaxInt32} {
		constant := code(func(k *maker) *ssa.Value { return k.constant(at, y) })
		for _, x := range edges(at) {
			check(constant, x, y)
		}
	}
}

// testNarrowComparisons compares bytes and halves in memory with constants.
func (isa *InstructionSet) testNarrowComparisons(t *testing.T) {
	isa.machines(t, func(m *machine) {
		cell := &m.context.Args[2000]
		base := uint64(uintptr(unsafe.Pointer(cell)))
		sig := &ssa.Signature{Params: types(ssa.I64), Results: types(ssa.I32)}
		for _, mem := range []ssa.Mem{ssa.Mem8U, ssa.Mem8S, ssa.Mem16U, ssa.Mem16S} {
			for cond := ssa.Eq; cond <= ssa.LeU; cond++ {
				start := m.used
				for _, y := range []int32{0, 1, 127, 128, 255, 256, 65535, -1} {
					k := newFunc(sig.Params, sig.Results)
					x := k.mem(ssa.OpLoad, ssa.I32, mem, 0, k.param(0), k.constant(ssa.I32, 0))
					code := m.compile(k.ret(k.op(ssa.OpIcmp, ssa.I32, int64(cond), x, k.constant(ssa.I32, uint64(uint32(y))))))[0]
					for _, c := range []uint64{0, 1, 127, 128, 255, 256, 32767, 32768, 65535} {
						*cell = c
						a := []int32{int32(uint8(c)), int32(int8(c)), int32(uint16(c)), int32(int16(c))}[map[ssa.Mem]int{ssa.Mem8U: 0, ssa.Mem8S: 1, ssa.Mem16U: 2, ssa.Mem16S: 3}[mem]]
						want := []bool{a == y, a != y, a < y, a >= y, a > y, a <= y, uint32(a) < uint32(y), uint32(a) >= uint32(y), uint32(a) > uint32(y), uint32(a) <= uint32(y)}[cond]
						m.expect(code, sig, []uint64{base}, []uint64{truth(want)})
					}
				}
				m.used = start
			}
		}
	})
}

// testTestBits compares an and with 0.
func (isa *InstructionSet) testTestBits(t *testing.T) {
	isa.machines(t, func(m *machine) {
		sig := &ssa.Signature{Params: types(ssa.I64, ssa.I64), Results: types(ssa.I32, ssa.I32, ssa.I32, ssa.I32)}
		for cond := ssa.Eq; cond <= ssa.LeU; cond++ {
			k := newFunc(sig.Params, sig.Results)
			var results []*ssa.Value
			for _, y := range []*ssa.Value{k.param(1), k.constant(ssa.I64, 6)} {
				for _, x := range []func() *ssa.Value{
					func() *ssa.Value { return k.param(0) },
					func() *ssa.Value { return k.op(ssa.OpGet, ssa.I64, 0, k.op(ssa.OpContext, ssa.I64, 0)) },
				} {
					and := k.op(ssa.OpAnd, ssa.I64, 0, x(), y)
					results = append(results, k.op(ssa.OpIcmp, ssa.I32, int64(cond), and, k.constant(ssa.I64, 0)))
				}
			}
			code := m.compile(k.ret(results...))[0]
			limit := uint64(m.context.Current) // the first field
			for _, c := range [][2]uint64{{0, 0}, {1, 2}, {3, 2}, {math.MaxUint64, 1 << 63}, {4, 12}} {
				var want []uint64
				for _, and := range []uint64{c[0] & c[1], limit & c[1], c[0] & 6, limit & 6} {
					x := int64(and)
					want = append(want, truth([]bool{x == 0, x != 0, x < 0, x >= 0, x > 0, x <= 0, false, true, and != 0, and == 0}[cond]))
				}
				m.expect(code, sig, c[:], want)
			}
		}
	})
}

// testLoop adds the numbers below n.
func (isa *InstructionSet) testLoop(t *testing.T) {
	isa.machines(t, func(m *machine) {
		for _, poll := range []bool{false, true} {
			sig := &ssa.Signature{Params: types(ssa.I64), Results: types(ssa.I64)}
			k := newFunc(sig.Params, sig.Results)
			entry := k.b
			zero := k.constant(ssa.I64, 0)
			k.op(ssa.OpJump, ssa.Void, 0)
			head := k.block(ssa.I64, ssa.I64)
			head.IsLoop, head.LoopDepth = true, 1
			i, sum := head.Params[0], head.Params[1]
			k.f.AddEdge(entry, head, zero, zero)
			if poll {
				k.op(ssa.OpPoll, ssa.Void, 0)
			}
			k.op(ssa.OpIf, ssa.Void, 0, k.op(ssa.OpIcmp, ssa.I32, int64(ssa.LtU), i, k.param(0)))
			body := k.block()
			body.LoopDepth = 1
			next := k.op(ssa.OpAdd, ssa.I64, 0, i, k.constant(ssa.I64, 1))
			total := k.op(ssa.OpAdd, ssa.I64, 0, sum, i)
			k.op(ssa.OpJump, ssa.Void, 0)
			k.f.AddEdge(head, body)
			k.f.AddEdge(body, head, next, total)
			out := k.block()
			k.ret(sum)
			k.f.AddEdge(head, out)
			code := m.compile(k.f)[0]
			m.context.Interrupt, m.context.Saved[14] = 1, 0
			m.expect(code, sig, []uint64{1000}, []uint64{499500})
			m.expect(code, sig, []uint64{0}, []uint64{0})
			if got := m.context.Saved[14]; got != 2*uintptr(truth(poll)) { // once because of Interrupt, once because no polls were left
				t.Errorf("%d polls left, with polls: %v", got, poll)
			}
		}
	})
}

// testTable switches over few and many targets.
func (isa *InstructionSet) testTable(t *testing.T) {
	isa.machines(t, func(m *machine) {
		for _, n := range []int{1, 2, 4, 5, 40} {
			sig := &ssa.Signature{Params: types(ssa.I32), Results: types(ssa.I32)}
			k := newFunc(sig.Params, sig.Results)
			entry := k.b
			k.op(ssa.OpTable, ssa.Void, 0, k.param(0))
			for i := range n {
				b := k.block()
				k.ret(k.constant(ssa.I32, uint64(100+i)))
				k.f.AddEdge(entry, b)
			}
			code := m.compile(k.f)[0]
			for _, x := range []uint32{0, 1, 2, 3, 4, 5, 38, 39, 40, 1000, math.MaxUint32} {
				m.expect(code, sig, []uint64{uint64(x)}, []uint64{100 + uint64(min(x, uint32(n-1)))})
			}
		}
	})
}

// testAccesses loads and stores with all widths and forms of addresses.
func (isa *InstructionSet) testAccesses(t *testing.T) {
	isa.machines(t, func(m *machine) {
		memory := m.mapping(1<<16, 3)
		base := uint64(uintptr(unsafe.Pointer(&memory[0])))
		for i := range memory {
			memory[i] = byte(i*7 + 129)
		}
		loads := []struct {
			t   ssa.Type
			mem ssa.Mem
		}{
			{ssa.I32, ssa.Mem8S}, {ssa.I32, ssa.Mem8U}, {ssa.I32, ssa.Mem16S}, {ssa.I32, ssa.Mem16U}, {ssa.I32, ssa.Mem32S}, {ssa.I32, ssa.Mem32U},
			{ssa.I64, ssa.Mem8S}, {ssa.I64, ssa.Mem8U}, {ssa.I64, ssa.Mem16S}, {ssa.I64, ssa.Mem16U}, {ssa.I64, ssa.Mem32S}, {ssa.I64, ssa.Mem32U},
			{ssa.I64, ssa.Mem64}, {ssa.F32, ssa.Mem32U}, {ssa.F64, ssa.Mem64},
		}
		for _, l := range loads {
			for _, at := range types(ssa.I32, ssa.I64) {
				for _, offset := range []int64{0, 5, 300, 1<<31 - 1, 1 << 31, 1<<32 - 1} {
					start := m.used
					sig := &ssa.Signature{Params: types(ssa.I64, at, l.t), Results: types(l.t)}
					k := newFunc(sig.Params, sig.Results)
					v := k.mem(ssa.OpLoad, l.t, l.mem, offset, k.param(0), k.param(1))
					k.mem(ssa.OpStore, ssa.Void, l.mem, offset+16, k.param(0), k.param(1), k.param(2))
					code := m.compile(k.ret(v))[0]
					size := l.mem.Size()
					want := uint64(0)
					for i := range size {
						want |= uint64(memory[123+i]) << (8 * i)
					}
					if shift := 64 - 8*size; l.mem == ssa.Mem8S || l.mem == ssa.Mem16S || l.mem == ssa.Mem32S {
						want = uint64(int64(want<<shift) >> shift)
					}
					if l.t.Size() == 4 {
						want = uint64(uint32(want))
					}
					const stored = 0xf1e2d3c4b5a69788
					for i := range 24 {
						memory[123+16+i] = 0xcc
					}
					if offset+16 < 1<<32 {
						m.expect(code, sig, []uint64{base - uint64(offset), 123, stored}, []uint64{want})
					}
					for i := range 24 {
						wantByte := byte(0xcc)
						if i < size && offset+16 < 1<<32 {
							wantByte = byte(uint64(stored) >> (8 * i))
						}
						if memory[123+16+i] != wantByte {
							t.Fatalf("%v, %v: byte %d is %#x", l.t, l.mem, i, memory[123+16+i])
						}
					}
					m.used = start
				}
			}
		}
	})
}

// testAddresses64 takes addresses apart, and constants, and stores constants.
func (isa *InstructionSet) testAddresses64(t *testing.T) {
	isa.machines(t, func(m *machine) {
		cells := m.context.Args[1990:2010]
		base := uint64(uintptr(unsafe.Pointer(&cells[0])))
		for i := range cells {
			cells[i] = uint64(1000 + i)
		}
		sig := &ssa.Signature{Params: types(ssa.I64, ssa.I64), Results: types(ssa.I64)}
		add := func(k *maker, x, y *ssa.Value) *ssa.Value { return k.op(ssa.OpAdd, ssa.I64, 0, x, y) }
		shl := func(k *maker, x *ssa.Value, c uint64) *ssa.Value {
			return k.op(ssa.OpShl, ssa.I64, 0, x, k.constant(ssa.I64, c))
		}
		forms := []func(k *maker) *ssa.Value{
			func(k *maker) *ssa.Value {
				return k.op(ssa.OpGet, ssa.I64, 0, add(k, k.param(0), shl(k, k.param(1), 3)))
			},
			func(k *maker) *ssa.Value {
				return k.op(ssa.OpGet, ssa.I64, 8, add(k, shl(k, add(k, k.param(1), k.constant(ssa.I64, math.MaxUint64)), 3), k.param(0)))
			},
			func(k *maker) *ssa.Value {
				return k.mem(ssa.OpLoad, ssa.I64, ssa.Mem64, 16, k.param(0), add(k, shl(k, k.param(1), 3), k.constant(ssa.I64, ^uint64(15))))
			},
			func(k *maker) *ssa.Value {
				return add(k, k.mem(ssa.OpLoad, ssa.I64, ssa.Mem64, 8, k.param(0), k.constant(ssa.I32, 16)), k.constant(ssa.I64, 0))
			},
			func(k *maker) *ssa.Value {
				k.mem(ssa.OpStore, ssa.Void, ssa.Mem64, 0, k.param(0), k.constant(ssa.I32, 8), k.constant(ssa.I64, 1003))
				return k.op(ssa.OpGet, ssa.I64, 8, k.param(0))
			},
			func(k *maker) *ssa.Value {
				sum := add(k, add(k, k.param(0), shl(k, k.param(1), 1)), k.constant(ssa.I64, 1003))
				sum = k.op(ssa.OpSub, ssa.I64, 0, sum, k.param(0))
				return k.op(ssa.OpSub, ssa.I64, 0, sum, k.constant(ssa.I64, 6))
			},
		}
		for i, form := range forms {
			k := newFunc(sig.Params, sig.Results)
			v := form(k)
			if got, trap := m.run(m.compile(k.ret(v))[0], sig, base, 3); trap != wasm.TrapNone || got[0] != 1003 {
				t.Errorf("form %d: %v, %v", i, got, trap)
			}
		}
	})
}

// testLowerSums takes the lower half of sums: its upper half is 0, whatever the terms have there.
func (isa *InstructionSet) testLowerSums(t *testing.T) {
	isa.machines(t, func(m *machine) {
		sig := &ssa.Signature{Params: types(ssa.I64, ssa.I64), Results: types(ssa.I64)}
		add := func(k *maker, x, y *ssa.Value) *ssa.Value { return k.op(ssa.OpAdd, ssa.I64, 0, x, y) }
		for _, shift := range []uint64{0, 1, 3, 4, 31, 32, 63} {
			for _, c := range []uint64{0, 1, 1 << 31, math.MaxUint64, 1<<32 + 12, math.MaxInt32} {
				for _, form := range []string{"x + c", "x + y", "x + (y << n)", "(y << n) + x", "x + (y << n) + c"} {
					k := newFunc(sig.Params, sig.Results)
					x, y := k.param(0), k.param(1)
					if strings.Contains(form, "<<") {
						y = k.op(ssa.OpShl, ssa.I64, 0, y, k.constant(ssa.I64, shift))
					}
					if form[0] == '(' {
						x, y = y, x
					}
					sum := x
					if strings.Contains(form, "y") {
						sum = add(k, x, y)
					}
					if strings.Contains(form, "c") {
						sum = add(k, sum, k.constant(ssa.I64, c))
					}
					code := m.compile(k.ret(k.op(ssa.OpExtendU, ssa.I64, 0, k.op(ssa.OpWrap, ssa.I32, 0, sum))))[0]
					for _, x := range edges(ssa.I64) {
						for _, y := range edges(ssa.I64) {
							want := x
							if strings.Contains(form, "<<") {
								want += y << shift
							} else if strings.Contains(form, "y") {
								want += y
							}
							if strings.Contains(form, "c") {
								want += c
							}
							if got, trap := m.run(code, sig, x, y); trap != wasm.TrapNone || got[0] != uint64(uint32(want)) {
								t.Fatalf("%s, x %#x, y %#x, n %d, c %#x: %#x, %v", form, x, y, shift, c, got, trap)
							}
						}
					}
				}
			}
		}
	})
}

// testBounds checks addresses against lengths in registers and memory.
func (isa *InstructionSet) testBounds(t *testing.T) {
	isa.machines(t, func(m *machine) {
		for _, at := range types(ssa.I32, ssa.I64) {
			for _, add := range []uint64{0, 1, 8, 1 << 31, 1<<32 + 7, math.MaxUint64} {
				for _, inMemory := range []bool{false, true} {
					sig := &ssa.Signature{Params: types(at, ssa.I64), Results: types()}
					k := newFunc(sig.Params, sig.Results)
					length := k.param(1)
					if inMemory {
						length = k.op(ssa.OpGet, ssa.I64, int64(codegen.OffArgs)+2000*8, k.op(ssa.OpContext, ssa.I64, 0))
					}
					k.op(ssa.OpBoundsCheck, ssa.Void, int64(add), k.param(0), length)
					code := m.compile(k.ret())[0]
					for _, x := range edges(at) {
						for _, length := range []uint64{0, 1, 8, 65536, 1 << 32, 1<<32 + 8, 1 << 48} {
							m.context.Args[2000] = length
							sum := x + add
							want := wasm.TrapNone
							if sum < x || sum > length {
								want = wasm.TrapMemoryOutOfBounds
							}
							if _, trap := m.run(code, sig, x, length); trap != want {
								t.Fatalf("%v %#x + %#x in %#x: %v, want %v", at, x, add, length, trap, want)
							}
						}
					}
				}
			}
		}
	})
}

// mixed are more parameters than there are registers.
func mixed() []ssa.Type {
	var list []ssa.Type
	for i := range 40 {
		list = append(list, []ssa.Type{ssa.I32, ssa.F64, ssa.I64, ssa.F32}[i%4])
	}
	return list
}

// testCalls passes parameters and results in registers and slots, directly, through
// a record, and by a tail call; all of them in reverse order.
func (isa *InstructionSet) testCalls(t *testing.T) {
	isa.machines(t, func(m *machine) {
		sig := &ssa.Signature{Params: mixed(), Results: mixed()}
		back := &ssa.Signature{Params: mixed(), Results: slices.Clone(mixed())}
		slices.Reverse(back.Results)
		reverse := newFunc(sig.Params, back.Results)
		var values []*ssa.Value
		for i := range sig.Params {
			values = append(values, reverse.param(len(sig.Params)-1-i))
		}
		reverse.ret(values...)
		var args, want []uint64
		for i, p := range sig.Params {
			args = append(args, uint64(i+1)*0x0101010101010101)
			if p.Size() == 4 {
				args[i] = uint64(uint32(args[i]))
			}
		}
		want = slices.Clone(args)
		slices.Reverse(want)
		record := &testRecord{}
		for _, op := range []ssa.Op{ssa.OpCall, ssa.OpCallRecord, ssa.OpTailCall, ssa.OpTailCallRecord} {
			k := newFunc(sig.Params, back.Results)
			target, aux := k.instance(), int64(1)
			if op == ssa.OpCallRecord || op == ssa.OpTailCallRecord {
				target, aux = k.constant(ssa.I64, uint64(uintptr(unsafe.Pointer(record)))), 0
			}
			list := append([]*ssa.Value{target}, k.f.Blocks[0].Params[1:]...)
			if op == ssa.OpTailCall || op == ssa.OpTailCallRecord {
				k.op(op, ssa.Void, aux, list...).Sig = back
			} else {
				_, results := k.call(op, back, aux, list...)
				k.ret(results...)
			}
			code := m.compile(k.f, reverse.f)
			record.code = code[1]
			m.expect(code[0], back, args, want)
		}
	})
}

// testInstance passes a record's instance to its function.
func (isa *InstructionSet) testInstance(t *testing.T) {
	isa.machines(t, func(m *machine) {
		sig := &ssa.Signature{Results: types(ssa.I64)}
		f := newFunc(nil, sig.Results)
		f.ret(f.instance())
		k := newFunc(types(ssa.I64), sig.Results)
		_, results := k.call(ssa.OpCallRecord, sig, 0, k.param(0))
		k.ret(results...)
		code := m.compile(k.f, f.f)
		record := &testRecord{code[1], 4711}
		m.expect(code[0], &ssa.Signature{Params: types(ssa.I64), Results: sig.Results}, []uint64{uint64(uintptr(unsafe.Pointer(record)))}, []uint64{4711})
	})
}

// testBuiltin passes operands and results in slots.
func (isa *InstructionSet) testBuiltin(t *testing.T) {
	isa.machines(t, func(m *machine) {
		sig := &ssa.Signature{Params: types(ssa.I32, ssa.F32, ssa.I64), Results: types(ssa.I64, ssa.F32, ssa.I32)}
		k := newFunc(sig.Params, append(sig.Results, ssa.I64))
		_, results := k.call(ssa.OpBuiltin, sig, 30, k.param(0), k.param(1), k.param(2))
		k.ret(append(results, k.param(2))...)
		code := m.compile(k.f)[0]
		m.context.Args[1] = math.MaxUint64
		m.expect(code, &ssa.Signature{Params: sig.Params, Results: append(sig.Results, ssa.I64)}, []uint64{12, 0x40400000, 1<<40 + 5}, []uint64{42, 0x40400000, 5, 1<<40 + 5})
		if got := m.context.Args[1]; got != 0x40400000 {
			t.Errorf("the slot of an f32 is %#x", got)
		}
	})
}

// testGrow lets stubs make room before functions that need it.
func (isa *InstructionSet) testGrow(t *testing.T) {
	isa.machines(t, func(m *machine) {
		sig := &ssa.Signature{Params: types(ssa.I64), Results: types(ssa.I64)}
		f := newFunc(sig.Params, sig.Results)
		f.ret(f.op(ssa.OpMul, ssa.I64, 0, f.param(0), f.param(0)))
		k := newFunc(sig.Params, sig.Results)
		_, results := k.call(ssa.OpCall, sig, 1, k.instance(), k.param(0))
		k.ret(k.op(ssa.OpAdd, ssa.I64, 0, results[0], k.param(0)))
		leaf, caller := m.code(f.f), m.code(k.f)
		if leaf.Grow != 0 || caller.Grow == 0 {
			t.Errorf("the leaf grows at %d, the caller at %d", leaf.Grow, caller.Grow)
		}
		code := m.compile(k.f, f.f)[0]
		limit := m.limit
		m.limit = uintptr(unsafe.Pointer(&m.stack[0])) + uintptr(len(m.stack))
		m.context.Saved[14] = 0
		m.expect(code, sig, []uint64{7}, []uint64{56})
		if m.context.Saved[14] != 1 {
			t.Errorf("the stack grew %d times", m.context.Saved[14])
		}
		m.limit = limit
		m.expect(code, sig, []uint64{7}, []uint64{56})
		if m.context.Saved[14] != 1 {
			t.Error("the stack grew without need")
		}
	})
}

// testThreads goes through blocks that only jump, and through loops of them that are not
// entered.
func (isa *InstructionSet) testThreads(t *testing.T) {
	isa.machines(t, func(m *machine) {
		sig := &ssa.Signature{Params: types(ssa.I32), Results: types(ssa.I64)}
		k := newFunc(sig.Params, sig.Results)
		entry := k.b
		k.op(ssa.OpIf, ssa.Void, 0, k.param(0))
		jump := func() *ssa.Block {
			b := k.block()
			k.op(ssa.OpJump, ssa.Void, 0)
			return b
		}
		toEnd, toLoop := jump(), jump()
		loop := []*ssa.Block{jump(), jump()}
		end := k.block()
		k.ret(k.constant(ssa.I64, 5))
		k.f.AddEdge(entry, toEnd)
		k.f.AddEdge(entry, toLoop)
		k.f.AddEdge(toEnd, end)
		k.f.AddEdge(toLoop, loop[0])
		k.f.AddEdge(loop[0], loop[1])
		k.f.AddEdge(loop[1], loop[0])
		loop[0].IsLoop = true
		m.expect(m.compile(k.f)[0], sig, []uint64{1}, []uint64{5})
	})
}

// testChanges changes memory in one instruction.
func (isa *InstructionSet) testChanges(t *testing.T) {
	isa.machines(t, func(m *machine) {
		cell := &m.context.Args[2000]
		base := uint64(uintptr(unsafe.Pointer(cell)))
		ops := map[ssa.Op]func(x, y uint64) uint64{
			ssa.OpAdd: func(x, y uint64) uint64 { return x + y },
			ssa.OpSub: func(x, y uint64) uint64 { return x - y },
			ssa.OpAnd: func(x, y uint64) uint64 { return x & y },
			ssa.OpOr:  func(x, y uint64) uint64 { return x | y },
			ssa.OpXor: func(x, y uint64) uint64 { return x ^ y },
		}
		sig := &ssa.Signature{Params: types(ssa.I64, ssa.I64)}
		const before = 0xf0e1d2c3b4a59687
		for op, f := range ops {
			for _, mem := range []ssa.Mem{ssa.Mem8U, ssa.Mem8S, ssa.Mem16U, ssa.Mem32U, ssa.Mem64} {
				for _, y := range []uint64{1, 300, math.MaxUint64, 1 << 40} {
					for form := range 3 { // a constant; a register; the operands swapped
						k := newFunc(sig.Params, nil)
						zero := k.constant(ssa.I32, 0)
						x, operand := k.mem(ssa.OpLoad, ssa.I64, mem, 0, k.param(0), zero), k.param(1)
						if form == 0 {
							operand = k.constant(ssa.I64, y)
						}
						want := f(before, y)
						if form == 2 {
							x, operand = operand, x
							if op == ssa.OpSub {
								want = y - before
							}
						}
						k.mem(ssa.OpStore, ssa.Void, mem, 0, k.param(0), zero, k.op(op, ssa.I64, 0, x, operand))
						start := m.used
						code := m.compile(k.ret())[0]
						*cell = before
						m.expect(code, sig, []uint64{base, y}, nil)
						if mask := ^uint64(0) >> (64 - 8*mem.Size()); *cell != before&^mask|want&mask {
							t.Fatalf("%v %v of %#x, form %d: %#x", op, mem, y, form, *cell)
						}
						m.used = start
					}
				}
			}
		}
	})
}

// testWraps has operations of 32 bits on the low halves of registers.
func (isa *InstructionSet) testWraps(t *testing.T) {
	isa.machines(t, func(m *machine) {
		for _, c := range intCases() {
			if c.args[0] != ssa.I32 {
				continue
			}
			sig := &ssa.Signature{Params: types(ssa.I64, ssa.I64), Results: types(ssa.I64)}
			k := newFunc(sig.Params, sig.Results)
			var args []*ssa.Value
			for i := range c.args {
				args = append(args, k.op(ssa.OpWrap, ssa.I32, 0, k.param(i)))
			}
			v := k.op(c.op, c.result, c.aux, args...)
			if c.result == ssa.I32 {
				v = k.op(ssa.OpExtendU, ssa.I64, 0, v)
			}
			start := m.used
			code := m.compile(k.ret(v))[0]
			for _, x := range edges(ssa.I64) {
				for _, y := range edges(ssa.I64) {
					want, wantTrap := c.want(uint64(uint32(x)), uint64(uint32(y)))
					got, trap := m.run(code, sig, x, y)
					if trap != wantTrap || trap == wasm.TrapNone && got[0] != want {
						t.Fatalf("%v of %#x, %#x: %#x, %v; want %#x, %v", c.op, x, y, got, trap, want, wantTrap)
					}
				}
			}
			m.used = start
		}
	})
}
