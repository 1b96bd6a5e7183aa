package codegen

import "weft/internal/ssa"

// A Compiler turns functions in SSA form into machine code, one after the other: it chooses instructions, gives them
// registers, and writes bytes. Its parts keep their memory.
type Compiler struct {
	backend   Backend
	allocator *Allocator
	// Show, unless it is nil, gets the function after each stage but the last.
	Show func(stage string, form func() string)
}

// Stages are the names of those that Show gets.
var Stages = [...]string{"select", "allocate"}

// NewCompiler returns a compiler for a target.
func NewCompiler(t Target) *Compiler {
	b := t.NewBackend()
	return &Compiler{backend: b, allocator: NewAllocator(b.Machine())}
}

// Configure says for what the functions are that come.
func (c *Compiler) Configure(r *Runtime) { c.backend.Configure(r) }

// Compile compiles a function; begins says that continuations begin with it (see [Func]).
func (c *Compiler) Compile(f *ssa.Func, begins bool) (*Code, error) {
	machine, err := c.backend.Select(f)
	if err != nil {
		return nil, err
	}
	machine.Begins = begins
	c.show(Stages[0], machine)
	if err := c.allocator.Allocate(machine); err != nil {
		return nil, err
	}
	c.show(Stages[1], machine)
	return c.backend.Emit(machine)
}

func (c *Compiler) show(stage string, f *Func) {
	if c.Show != nil {
		c.Show(stage, func() string { return f.Text(c.backend.InstName) })
	}
}
