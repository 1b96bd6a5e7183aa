// Package scripttest finds the modules in the scripts (.wast) of the
// conformance corpus, for the tests of the decoder, the validator and the compiler. It reads
// only as much of the text format as that needs: parentheses, strings and
// comments.
package scripttest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// Form says how the source of a module is given.
type Form string

// The forms of a module in a script.
const (
	Text   Form = "text"
	Binary Form = "binary"
	Quote  Form = "quote"
)

// A Module is a module of a script and what the script says about it.
type Module struct {
	File string
	Line int
	Form Form
	// Source is the text of the whole module expression, or for the forms Binary
	// and Quote the contents of its strings.
	Source string
	// Assert is the assertion about the module, such as assert_invalid, or empty.
	Assert string
	// Message is what the assertion expects.
	Message string
}

// Corpus returns the modules of all scripts in the given folders of the
// corpus. It skips the test if there is no corpus.
func Corpus(t testing.TB, root string, folders ...string) []Module {
	t.Helper()
	dir := os.Getenv("WEFT_CORPUS")
	if dir == "" {
		dir = filepath.Join(root, "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no conformance corpus: set WEFT_CORPUS to its folder (%v)", err)
	}
	var modules []Module
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".wast" {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, _ := filepath.Rel(dir, path)
			modules = append(modules, Modules(name, string(source))...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return modules
}

// Modules returns the modules of a script. A script of bare module fields is
// one module.
func Modules(file, source string) []Module {
	s := &scanner{file: file, source: source}
	var nodes []*node
	for n := s.next(); n != nil; n = s.next() {
		nodes = append(nodes, n)
	}
	var modules []Module
	for _, n := range nodes {
		modules = s.collect(modules, n, "")
	}
	return modules
}

// A node is an expression: an atom, or a list if list is not nil.
type node struct {
	start, end int
	atom       string
	list       []*node
}

func (n *node) head() string {
	if len(n.list) == 0 {
		return ""
	}
	return n.list[0].atom
}

type scanner struct {
	file, source string
	pos          int
}

// collect adds the modules within a command. What is inside an assertion is
// judged by it; threads contain further commands.
func (s *scanner) collect(modules []Module, n *node, assert string) []Module {
	head := n.head()
	if head == "module" {
		if m, ok := s.module(n); ok {
			m.Assert = assert
			modules = append(modules, m)
		}
		return modules
	}
	inner := assert
	if strings.HasPrefix(head, "assert_") {
		inner = head
	}
	before := len(modules)
	for _, child := range n.list {
		if child.list != nil {
			modules = s.collect(modules, child, inner)
		}
	}
	if inner != "" && len(n.list) > 0 {
		for i := before; i < len(modules); i++ {
			modules[i].Message = unquote(n.list[len(n.list)-1].atom)
		}
	}
	return modules
}

func (s *scanner) module(n *node) (Module, bool) {
	m := Module{File: s.file, Line: 1 + strings.Count(s.source[:n.start], "\n"), Form: Text}
	for _, part := range n.list[1:] {
		switch {
		case part.list != nil:
		case part.atom == "instance":
			return m, false
		case part.atom == "binary" || part.atom == "quote":
			m.Form = Form(part.atom)
			continue
		case m.Form != Text && strings.HasPrefix(part.atom, `"`):
			m.Source += unquote(part.atom)
			continue
		case part.atom == "definition" || strings.HasPrefix(part.atom, "$"):
			continue
		}
		break
	}
	if m.Form == Text {
		m.Source = strings.Replace(s.source[n.start:n.end], "(module definition", "(module", 1)
	}
	return m, true
}

// next reads an expression; nil at the end of the source or of a list.
func (s *scanner) next() *node {
	s.space()
	if s.pos >= len(s.source) {
		return nil
	}
	n := &node{start: s.pos}
	switch s.source[s.pos] {
	case ')':
		return nil
	case '(':
		s.pos++
		n.list = []*node{}
		for child := s.next(); child != nil; child = s.next() {
			n.list = append(n.list, child)
		}
		s.pos++
	case '"':
		s.str()
	default:
		for s.pos < len(s.source) && !strings.ContainsRune(" \t\r\n()\";", rune(s.source[s.pos])) {
			s.pos++
			if s.pos < len(s.source) && s.source[s.pos] == '"' {
				s.str()
			}
		}
		if s.pos == n.start {
			s.pos++
		}
	}
	n.end = min(s.pos, len(s.source))
	if n.list == nil {
		n.atom = s.source[n.start:n.end]
	}
	return n
}

func (s *scanner) str() {
	for s.pos++; s.pos < len(s.source) && s.source[s.pos] != '"'; s.pos++ {
		if s.source[s.pos] == '\\' {
			s.pos++
		}
	}
	s.pos++
}

func (s *scanner) space() {
	for s.pos < len(s.source) {
		rest := s.source[s.pos:]
		switch {
		case strings.ContainsRune(" \t\r\n", rune(rest[0])):
			s.pos++
		case strings.HasPrefix(rest, ";;"):
			n := strings.IndexAny(rest, "\r\n")
			if n < 0 {
				n = len(rest)
			}
			s.pos += n
		case strings.HasPrefix(rest, "(;"):
			s.blockComment()
		default:
			return
		}
	}
}

func (s *scanner) blockComment() {
	for depth := 0; s.pos < len(s.source); {
		switch rest := s.source[s.pos:]; {
		case strings.HasPrefix(rest, "(;"):
			depth++
			s.pos += 2
		case strings.HasPrefix(rest, ";)"):
			depth--
			s.pos += 2
			if depth == 0 {
				return
			}
		default:
			s.pos++
		}
	}
}

// unquote returns the bytes that a string literal stands for.
func unquote(literal string) string {
	if len(literal) < 2 || literal[0] != '"' {
		return ""
	}
	s := literal[1 : len(literal)-1]
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b = append(b, s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 't':
			b = append(b, '\t')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case '"', '\'', '\\':
			b = append(b, c)
		case 'u':
			end := i + strings.IndexByte(s[i:], '}')
			v, _ := strconv.ParseUint(s[i+2:end], 16, 32)
			b = utf8.AppendRune(b, rune(v))
			i = end
		default:
			v, _ := strconv.ParseUint(s[i:i+2], 16, 8)
			b = append(b, byte(v))
			i++
		}
	}
	return string(b)
}
