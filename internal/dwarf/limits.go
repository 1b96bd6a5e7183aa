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

	// maxSteps bounds the entries, attributes and pieces of lists that are read, and
	// maxNameSteps those on the way to the names of one place.
	maxSteps     = 1 << 27
	maxNameSteps = 1 << 20
)
