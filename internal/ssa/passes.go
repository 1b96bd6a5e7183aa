package ssa

// A Pass improves a function, or brings it into the form that the next part of the
// compiler wants. Before and after each pass the function satisfies [Verify].
type Pass struct {
	Name string
	Run  func(*Optimizer, *Func)
	// Needed passes are those that functions in the plain form go through, too.
	Needed bool
}

// Passes lists the passes in their order.
var Passes = [...]Pass{
	{"thread", (*Optimizer).thread, false},     // no jumps through a dispatch whose target is known
	{"unite", (*Optimizer).unite, false},       // no parameters that all edges hand the same, no blocks that one jump leads to
	{"unroll", (*Optimizer).unroll, false},     // several turns of small loops in one
	{"simplify", (*Optimizer).simplify, false}, // folding and value numbering
	{"dead", (*Optimizer).dead, false},         // the same again, and no values that nothing needs
	{"schedule", (*Optimizer).schedule, false}, // out of loops; to where they are needed
	{"split", (*Optimizer).split, true},        // no critical edges
	{"layout", (*Optimizer).layout, true},      // the order of the blocks
}

// An Optimizer runs the passes on functions, one after the other, in the same
// memory. The zero Optimizer is ready.
type Optimizer struct {
	// Reenter says that there is another form of functions for rare entries (reenter.go).
	Reenter bool

	dom   domTree
	repl  []*Value // by ID: what a value is replaced with
	loops loopForest

	single   []*Value // uniteParams: what all edges hand to a parameter
	carrying []*Edge  // uniteParams, dropDead: those with arguments
	order    []*Block // layout
	visited  []bool   // join, layout: by block ID
	index    []int32  // join: of a parameter, by value ID

	// simplify
	f        *Func
	block    *Block // the current one
	pos      int32  // of the current value
	input    []*Value
	early    []*Value // what comes to stand at the beginning of the entry
	contents contents
	// making is the object between its OpAlloc and its OpCommit.
	making *Value
	table  valueTable
	again  bool // fold has changed its value
	cut    bool // an edge was removed

	unrolled []unrolling
	turn     []*Value // unroll

	threader threader
	reducer  reducer

	usage usage // dropDead

	// schedule
	live            []*Value // that move
	seen            []bool   // by value ID
	place, earliest []*Block // by value ID
}

// Run runs all passes on a function.
func (o *Optimizer) Run(f *Func) { o.RunAndShow(f, nil) }

// RunAndShow runs all passes on a function, and calls show, unless it is nil, after each.
func (o *Optimizer) RunAndShow(f *Func, show func(p *Pass)) {
	for i := range Passes {
		if f.Plain && !Passes[i].Needed {
			continue
		}
		Passes[i].Run(o, f)
		if show != nil {
			show(&Passes[i])
		}
	}
}

// startReplacing forgets all replacements.
func (o *Optimizer) startReplacing(f *Func) { o.repl = resized(o.repl, f.NumValues()) }

// replaceNothing forgets all replacements, where there will be none.
func (o *Optimizer) replaceNothing() { o.repl = o.repl[:0] }

// resolve returns what a value has been replaced with in the end, or itself.
func (o *Optimizer) resolve(v *Value) *Value {
	if int(v.ID) >= len(o.repl) {
		return v // made after the pass began
	}
	r := o.repl[v.ID]
	if r == nil {
		return v
	}
	if r = o.resolve(r); r != o.repl[v.ID] {
		o.repl[v.ID] = r
	}
	return r
}

// rewrite replaces the arguments of all values and edges.
func (o *Optimizer) rewrite(f *Func) {
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			o.resolveAll(v.Args)
		}
		for i := range b.Succs {
			o.resolveAll(b.Succs[i].Args)
		}
	}
}

func (o *Optimizer) resolveAll(args []*Value) {
	for i, a := range args {
		args[i] = o.resolve(a)
	}
}
