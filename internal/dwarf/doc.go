// Package dwarf finds the places in the source from which compilers have made a
// module: files, lines, and the functions that were inlined there. Compilers leave
// this in custom sections, in the format DWARF, versions 2 to 5, of which this
// package reads what a stack trace needs:
//
//	.debug_line    which line an instruction is from: programs that make tables (line.go)
//	.debug_info    which functions were inlined where: a tree of entries (entry.go, inline.go)
//	.debug_abbrev  the shapes of the entries (abbrev.go)
//	.debug_ranges, .debug_rnglists   the code of an entry that is in pieces (ranges.go)
//	.debug_str, .debug_line_str, .debug_str_offsets   names
//
// Addresses in it are offsets in the code section: behind its size, where the
// number of functions stands.
//
// The sections come with the module, so whoever made it may have made them to do
// harm. The standard library's debug/dwarf is made for one's own binaries: the header
// of a line table can make it ask for any amount of memory, which ends a Go
// process, and it follows references and lists as often as they occur. Here, reading
// moves forward, what is read in vain is bounded by a budget of steps, and what is
// kept by limits (limits.go). Whatever is wrong or too much ends the
// reading of a part; what was found before stays.
package dwarf
