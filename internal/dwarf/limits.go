package dwarf

// Limits of what hostile sections can cost. Programs are far below them: a module
// with 30 MB of code has about 5 million rows.
const (
	maxRows    = 1 << 23 // rows of line tables, of 16 bytes
	maxFiles   = 1 << 20 // names of files
	maxName    = 1 << 12 // bytes of a name; longer ones are cut
	maxInlined = 1 << 21 // pieces of inlined calls, of 40 bytes
	maxDepth   = 1 << 8  // inlined calls around a place

	// maxReferences bounds the entries from one to another on the way to a name.
	maxReferences = 8

	// maxNameSteps bounds what is read on the way to the names of one place.
	maxNameSteps = 1 << 20
)

// steps returns how many entries, attributes and pieces of lists are read at most.
// Each takes a byte or more, and is read once in data that compilers make; so this
// is out of reach for them, and makes the time for all others linear.
func (s *Sections) steps() int {
	return 1<<20 + 4*(len(s.Info)+len(s.Abbrev)+len(s.Ranges)+len(s.RangeLists))
}
