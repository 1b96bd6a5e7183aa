package merge

import (
	"errors"
	"fmt"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/validate"
)

// An Input is a module with the name that others import it by.
type Input struct {
	Name   string
	Module *wasm.Module // is only read
}

// Options change what Modules does. Without any, all modules export what they did, two exports of one name are an
// error, and everything in [wasm.AllFeatures] is allowed.
type Options struct {
	Features wasm.Features
	// Export lists the modules whose exports stay; if it is empty, all do.
	Export []string
	// RenameExports puts the module's name before that of an export which an earlier module has too.
	RenameExports bool
}

// A Report says what was done.
type Report struct {
	Resolved int      // imports
	Missing  []string // imports that stay although a module of that name is there: it has no such export
	Renamed  []string // exports
	Dropped  []string // custom sections: what they say of a module is not true of the result
}

// Modules merges modules and returns the result in the binary format. Its index spaces have the modules in the order of
// the inputs, as far as initial values allow that.
func Modules(inputs []Input, options Options) ([]byte, *Report, error) {
	if options.Features == 0 {
		options.Features = wasm.AllFeatures
	}
	g, err := newMerger(inputs, options)
	if err != nil {
		return nil, nil, err
	}
	g.joinTypes()
	for _, step := range []func() error{g.resolve, g.orderGlobals, g.define, g.export} {
		if err := step(); err != nil {
			return nil, nil, err
		}
	}
	g.start()
	g.declare()
	g.nameAll()
	// What is written is what is checked: a module that is read back has passed the limits of the decoder, too.
	out := binary.Encode(g.out)
	m, err := binary.Decode(out, options.Features)
	if err == nil {
		err = validate.Module(m, options.Features)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("the merged module: %w", err)
	}
	return out, &g.report, nil
}

// A merger is at work on a merge.
type merger struct {
	options Options
	parts   []*part
	named   map[string]*part
	report  Report
	out     *wasm.Module

	set    *wasm.TypeSet
	placed map[wasm.TypeID]uint32 // index in the result of each type

	globals []place // that are defined, in the order of the result

	reader    wasm.CodeReader
	instr     wasm.Instr
	mentioned []uint32        // functions that ref.func names in bodies
	declared  map[uint32]bool // functions that it may name
}

// kinds is the number of kinds of things that are imported and exported.
const kinds = wasm.NumExternKinds

// A part is one of the modules.
type part struct {
	name    string
	m       *wasm.Module
	space   *wasm.AddressSpace
	imports [kinds][]*wasm.Import // the first of each index space
	exports map[string]*wasm.Export

	ids            []wasm.TypeID  // by type index
	target         [kinds][]place // what each index of the module stands for
	wasm.Numbering                // its index in the result
}

// A place is something in an index space of a part. Which index space that is, whoever has the place knows.
type place struct {
	part  *part
	index uint32
}

func newMerger(inputs []Input, options Options) (*merger, error) {
	if len(inputs) == 0 {
		return nil, errors.New("there is no module to merge")
	}
	g := &merger{options: options, named: map[string]*part{}, set: wasm.NewTypeSet(), placed: map[wasm.TypeID]uint32{},
		declared: map[uint32]bool{}, out: &wasm.Module{DataCount: -1, Dialect: inputs[0].Module.Dialect}}
	for _, input := range inputs {
		if g.named[input.Name] != nil {
			return nil, fmt.Errorf("two modules are named %s", input.Name)
		}
		if err := validate.Module(input.Module, options.Features); err != nil {
			return nil, fmt.Errorf("module %s: %w", input.Name, err)
		}
		if input.Module.Dialect != g.out.Dialect {
			return nil, fmt.Errorf("modules %s and %s have different encodings of stack switching", inputs[0].Name, input.Name)
		}
		p := newPart(input)
		g.named[p.name] = p
		g.parts = append(g.parts, p)
		for _, c := range p.m.Customs {
			g.report.Dropped = append(g.report.Dropped, fmt.Sprintf("%s of %s", c.Name, p.name))
		}
	}
	for _, name := range options.Export {
		if g.named[name] == nil {
			return nil, fmt.Errorf("there is no module %s whose exports could stay", name)
		}
	}
	return g, nil
}

func newPart(input Input) *part {
	p := &part{name: input.Name, m: input.Module, space: input.Module.AddressSpace(), exports: map[string]*wasm.Export{}}
	for i := range p.m.Imports {
		im := &p.m.Imports[i]
		p.imports[im.Kind] = append(p.imports[im.Kind], im)
	}
	for i := range p.m.Exports {
		p.exports[p.m.Exports[i].Name] = &p.m.Exports[i]
	}
	for kind := range kinds {
		n := p.count(wasm.ExternKind(kind))
		p.target[kind], p.Extern[kind] = make([]place, n), make([]uint32, n)
	}
	return p
}

// count returns the size of an index space.
func (p *part) count(kind wasm.ExternKind) int {
	s := p.space
	return [kinds]int{len(s.Funcs), len(s.Tables), len(s.Memories), len(s.Globals), len(s.Tags)}[kind]
}

// stays reports whether something in a part is in the result, and not an import that was resolved.
func (p *part) stays(kind wasm.ExternKind, index uint32) bool {
	return p.target[kind][index] == place{p, index}
}

// nameMap returns the names of an index space.
func nameMap(n *wasm.Names, kind wasm.ExternKind) *wasm.NameMap {
	return [kinds]*wasm.NameMap{&n.Funcs, &n.Tables, &n.Memories, &n.Globals, &n.Tags}[kind]
}

// describe says which thing of a part is meant, by its name if it has one.
func (p *part) describe(kind wasm.ExternKind, index uint32) string {
	if name, ok := (*nameMap(&p.m.Names, kind))[index]; ok {
		return fmt.Sprintf("%s $%s of %s", kind, name, p.name)
	}
	return fmt.Sprintf("%s %d of %s", kind, index, p.name)
}
