package text_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// corpus returns the directory of the conformance corpus.
func corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("WEFT_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("conformance corpus not found (set WEFT_CORPUS): %v", err)
	}
	return dir
}

// A corpusModule is a module of a script of the corpus.
type corpusModule struct {
	file   string
	line   int32
	assert string // the assertion around it, or ""
	want   string // the text of the assertion
	source []byte // of a module given as strings
	binary bool   // and they are not text
	m      *wasm.Module
	err    error
}

func (c *corpusModule) malformed() bool { return strings.HasPrefix(c.assert, "assert_malformed") }

// featuresFor returns the features that a file of the corpus is written for.
func featuresFor(path string) wasm.Features {
	if strings.Contains(path, "wasmfx-legacy") {
		return wasm.AllFeatures | wasm.TypedContinuations2023
	}
	return wasm.AllFeatures
}

// corpusModules parses every module of the corpus, and decodes the binary ones.
func corpusModules(t testing.TB, visit func(*corpusModule)) {
	t.Helper()
	dir := corpus(t)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		switch filepath.Ext(path) {
		case ".wat":
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			m, err := text.Parse(src, featuresFor(path))
			visit(&corpusModule{file: name, line: 1, m: m, err: err})
		case ".wast":
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if err := scriptModules(name, src, visit); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// scriptModules finds the modules of a script: it walks the tokens, and knows no
// more of scripts than how a module begins and what an assertion around it is.
func scriptModules(file string, src []byte, visit func(*corpusModule)) error {
	p := text.NewParser(src, featuresFor(file))
	assert, pending := "", []*corpusModule(nil)
	flush := func(want string) {
		for _, c := range pending {
			c.want = want
			visit(c)
		}
		pending = nil
	}
	for depth := 0; ; {
		mark := p.Mark()
		tok, err := p.Next()
		if err != nil {
			return err
		}
		switch tok.Kind {
		case text.EOF:
			flush("")
			return nil
		case text.RParen:
			depth--
			if depth == 0 {
				flush("")
				assert = ""
			}
			continue
		case text.String:
			if depth == 1 {
				flush(string(tok.Unquoted()))
			}
			continue
		case text.LParen:
			depth++
		default:
			continue
		}
		word, err := p.Peek()
		if err != nil {
			return err
		}
		if strings.HasPrefix(word.Text, "assert_") {
			assert = word.Text
		}
		if word.Kind != text.Keyword || word.Text != "module" {
			continue
		}
		if depth--; depth == 0 {
			assert = ""
		}
		c := &corpusModule{file: file, line: word.Line, assert: assert}
		found, err := c.parse(p, mark, featuresFor(file))
		if err != nil {
			return err
		}
		if found {
			pending = append(pending, c)
		}
		if depth == 0 {
			flush("")
		}
	}
}

// parse parses a module whose opening parenthesis has been read, and leaves the
// parser behind it. It reports false if there is none.
func (c *corpusModule) parse(p *text.Parser, start text.Mark, features wasm.Features) (bool, error) {
	if _, err := p.Next(); err != nil {
		return false, err
	}
	id := ""
	for {
		tok, err := p.Peek()
		if err != nil {
			return false, err
		}
		switch {
		case tok.Kind == text.ID && id == "":
			id = tok.Name()
			p.Next()
			continue
		case tok.Text == "definition":
			p.Next()
			continue
		case tok.Text == "instance":
			p.Reset(start)
			return false, p.SkipList()
		case tok.Text == "quote" || tok.Text == "binary":
			p.Next()
			for {
				tok, err := p.Next()
				if err != nil {
					return false, err
				}
				if tok.Kind != text.String {
					break
				}
				c.source = append(c.source, tok.Unquoted()...)
			}
			if c.binary = tok.Text == "binary"; c.binary {
				c.m, c.err = binary.Decode(c.source, features)
			} else {
				c.m, c.err = text.Parse(c.source, features)
			}
			return true, nil
		}
		break
	}
	if c.m, c.err = p.ParseFields(id); c.err != nil {
		p.Reset(start)
		return true, p.SkipList()
	}
	return true, nil
}

// TestCorpus checks that every module of the corpus parses that should, and none that
// should not.
func TestCorpus(t *testing.T) {
	parsed, rejected, sameText, otherText := 0, 0, 0, map[string]int{}
	corpusModules(t, func(c *corpusModule) {
		if c.binary {
			return
		}
		switch {
		case c.malformed() && c.err == nil && c.want == "i32 constant out of range" && bytes.HasPrefix(c.source, []byte("(memory ")):
			// Since memory64, limits of any memory have 64 bits in the text, and one
			// that is too large for the memory is invalid instead.
		case c.malformed() && c.err == nil:
			t.Errorf("%s:%d: accepted, want %q\n%s", c.file, c.line, c.want, c.source)
		case c.malformed():
			rejected++
			if strings.Contains(c.err.Error(), c.want) {
				sameText++
			} else {
				otherText[c.want+" | "+c.err.Error()]++
			}
		case c.assert == "assert_invalid_custom" && c.err != nil:
		case c.err != nil:
			t.Errorf("%s:%d: %v (%s %q)", c.file, c.line, c.err, c.assert, c.want)
		default:
			parsed++
		}
	})
	t.Logf("%d modules parsed; %d rejected, %d of them with the text of the assertion", parsed, rejected, sameText)
	for text := range otherText {
		t.Log(text)
	}
}
