package tasks

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// Lines returns how many lines the declarations of a file take that begin with the name of an engine: bodies of
// functions, and types with their methods as a whole. Lines without a token do not count: empty ones, and comments.
func Lines(source []byte, engine string) (int, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", source, parser.SkipObjectResolution)
	if err != nil {
		return 0, err
	}
	coded := codedLines(source)
	n := 0
	for _, decl := range file.Decls {
		from, to := extent(decl, engine)
		if !from.IsValid() {
			continue
		}
		for line := files.Position(from).Line; line <= files.Position(to).Line; line++ {
			if coded[line] {
				n++
			}
		}
	}
	return n, nil
}

// extent returns the first and the last place of a declaration that count; none if it is not the engine's.
func extent(decl ast.Decl, engine string) (from, to token.Pos) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Recv != nil {
			if name, ok := d.Recv.List[0].Type.(*ast.Ident); ok && strings.HasPrefix(name.Name, engine) {
				return d.Pos(), d.End()
			}
		} else if strings.HasPrefix(d.Name.Name, engine) {
			return d.Body.List[0].Pos(), d.Body.List[len(d.Body.List)-1].End()
		}
	case *ast.GenDecl:
		if t, ok := d.Specs[0].(*ast.TypeSpec); ok && strings.HasPrefix(t.Name.Name, engine) {
			return d.Pos(), d.End()
		}
	}
	return token.NoPos, token.NoPos
}

// codedLines returns which lines have a token that is no comment.
func codedLines(source []byte) map[int]bool {
	files := token.NewFileSet()
	file := files.AddFile("", files.Base(), len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, 0)
	coded := map[int]bool{}
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			return coded
		}
		if tok == token.SEMICOLON && literal == "\n" {
			continue // which the scanner has put there
		}
		coded[files.Position(pos).Line] = true
	}
}

// A Count is how many lines a task takes.
type Count struct {
	Task         Task
	Weft, Wazero int
}

// Ratio returns Weft's lines for each of wazero's.
func (c Count) Ratio() float64 { return float64(c.Weft) / float64(c.Wazero) }

// Table returns counts as a table in Markdown.
func Table(counts []Count) string {
	var b strings.Builder
	b.WriteString("| | | Weft | wazero | ratio | |\n|---|---|--:|--:|--:|---|\n")
	for _, c := range counts {
		fmt.Fprintf(&b, "| [%s](../bench/tasks/%[1]s.go) | %s | %d | %d | %.2f | %s |\n",
			c.Task.Name, c.Task.About, c.Weft, c.Wazero, c.Ratio(), c.Task.Note)
	}
	return b.String()
}
