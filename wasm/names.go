package wasm

// NameMap gives names to some indices of an index space.
type NameMap map[uint32]string

// Names is the content of the name section: the identifiers of the text format
// (core specification, appendix "Custom Sections"; the subsections beyond
// module, functions and locals from the extended-name-section proposal).
type Names struct {
	Module   string
	Funcs    NameMap
	Locals   map[uint32]NameMap // by function, parameters first
	Labels   map[uint32]NameMap // by function, in the order in which blocks begin
	Types    NameMap
	Tables   NameMap
	Memories NameMap
	Globals  NameMap
	Elems    NameMap
	Datas    NameMap
	Fields   map[uint32]NameMap // by type
	Tags     NameMap
}

// IsEmpty reports whether there is no name at all.
func (n *Names) IsEmpty() bool {
	return n.Module == "" && len(n.Funcs) == 0 && len(n.Locals) == 0 && len(n.Labels) == 0 &&
		len(n.Types) == 0 && len(n.Tables) == 0 && len(n.Memories) == 0 && len(n.Globals) == 0 &&
		len(n.Elems) == 0 && len(n.Datas) == 0 && len(n.Fields) == 0 && len(n.Tags) == 0
}

// Set adds a name, making the map when it is the first.
func (m *NameMap) Set(index uint32, name string) {
	if *m == nil {
		*m = NameMap{}
	}
	(*m)[index] = name
}
