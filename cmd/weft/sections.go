package main

import (
	"fmt"
	"strings"

	"weft/wasm"
)

// The numbers in bytes 4 to 7 of a binary.
const (
	moduleVersion  = "\x01\x00\x00\x00"
	componentLayer = "\x01\x00" // in bytes 6 and 7, behind the version of the component model's draft
	preambleSize   = 8
)

// A section is one of a module, or of a component, as it stands in the binary.
type section struct {
	id   byte
	name string // of a custom section
	at   int    // offset of its first byte
	all  []byte // with id and size
	data []byte // of a custom section: what follows its name
}

// readSections returns the sections of a binary without looking into them.
func readSections(source []byte) ([]section, error) {
	var list []section
	r := wasm.Reader{Buf: source, Pos: min(preambleSize, len(source))}
	for r.Len() > 0 {
		s := section{at: r.Pos}
		var err error
		if s.id, err = r.Byte(); err != nil {
			return list, err
		}
		size, err := r.U32()
		if err != nil {
			return list, cutError(len(source), "the size of a section is not whole")
		}
		if int64(size) > int64(r.Len()) {
			return list, cutError(len(source),
				fmt.Sprintf("the section at 0x%x has %d bytes, of which %d are there", s.at, size, r.Len()))
		}
		contents := wasm.Reader{Buf: source[r.Pos : r.Pos+int(size)], Base: r.Pos}
		r.Pos += int(size)
		s.all = source[s.at:r.Pos]
		if s.id == byte(wasm.SectionCustom) {
			if s.name, err = contents.Name(); err != nil {
				return list, err
			}
			s.data = contents.Buf[contents.Pos:]
		}
		list = append(list, s)
	}
	return list, nil
}

// A cutFile is the error for a file that ends too early.
type cutFile struct {
	size  int
	where string
}

func cutError(size int, where string) error { return &cutFile{size, where} }

// Error says after how many bytes it ends, and what is missing.
func (e *cutFile) Error() string {
	return fmt.Sprintf("the file was cut, or is damaged: it ends after %d bytes, and %s; fetch or build it again",
		e.size, e.where)
}

func isComponent(source []byte) bool {
	return isBinary(source) && len(source) >= preambleSize && string(source[6:8]) == componentLayer
}

// The names of sections, by their numbers.
var (
	moduleSections = []string{"custom", "type", "import", "function", "table", "memory", "global", "export", "start",
		"element", "code", "data", "data count", "tag"}
	componentSections = []string{"custom", "core module", "core instance", "core type", "component", "instance", "alias",
		"type", "canon", "start", "import", "export", "value"}
)

// title returns the name of a section.
func (s *section) title(names []string) string {
	switch {
	case s.id == byte(wasm.SectionCustom):
		return fmt.Sprintf("custom %q", s.name)
	case int(s.id) < len(names):
		return names[s.id]
	}
	return fmt.Sprintf("unknown %d", s.id)
}

// isDebug reports whether a custom section is for debuggers.
func (s *section) isDebug() bool {
	return strings.HasPrefix(s.name, ".debug_") || strings.HasPrefix(s.name, "reloc..debug_") ||
		s.name == "sourceMappingURL" || s.name == "external_debug_info"
}
