package tasks

import (
	"bytes"
	"flag"
	"go/format"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table into docs/api.md")

// TestTasks lets both engines do each task, which must come to the same.
func TestTasks(t *testing.T) {
	for _, task := range All() {
		t.Run(task.Name, func(t *testing.T) {
			var weft, wazero strings.Builder
			if err := task.Weft(t.Context(), &weft); err != nil {
				t.Error("Weft:", err)
			}
			if err := task.Wazero(t.Context(), &wazero); err != nil {
				t.Error("wazero:", err)
			}
			if weft.Len() == 0 || weft.String() != wazero.String() {
				t.Errorf("Weft:\n%s\nwazero:\n%s", weft.String(), wazero.String())
			}
			t.Logf("\n%s", weft.String())
		})
	}
}

// TestLines compares how many lines the tasks take with docs/api.md.
func TestLines(t *testing.T) {
	var counts []Count
	for _, task := range All() {
		c := Count{Task: task}
		source, err := os.ReadFile(task.Name + ".go")
		if err != nil {
			t.Fatal(err)
		}
		if formatted, err := format.Source(source); err != nil || !bytes.Equal(formatted, source) {
			t.Errorf("%s.go is not as gofmt has it: %v", task.Name, err)
		}
		if c.Weft, err = Lines(source, "weft"); err != nil {
			t.Fatal(err)
		}
		if c.Wazero, err = Lines(source, "wazero"); err != nil {
			t.Fatal(err)
		}
		if c.Ratio() > 1.1 {
			t.Errorf("%s takes %d lines with Weft, and %d with wazero", task.Name, c.Weft, c.Wazero)
		}
		counts = append(counts, c)
	}
	table := Table(counts)
	t.Logf("\n%s", table)
	checkTable(t, "../../docs/api.md", table)
}

// checkTable compares a table with that of a document, which stands between two marks.
func checkTable(t *testing.T, file, table string) {
	t.Helper()
	const begin, end = "<!-- tasks -->\n", "<!-- end -->\n"
	document, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(document), begin)
	was, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table, between %q and %q", file, begin, end)
	}
	if now := "\n" + table + "\n"; now != was {
		if !*update {
			t.Fatalf("the table of %s is not this one: go test ./tasks -run TestLines -update", file)
		}
		if err := os.WriteFile(file, []byte(before+begin+now+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLinesCount counts what is easy to count.
func TestLinesCount(t *testing.T) {
	const source = `package p

// A weftThing is counted whole.
type weftThing struct {
	a int // 2 of 3
}

func (weftThing) f() {} /* 4 */

func weftTask() {
	// not this

	text := "5"
	if text == "" { /*
	   6 */
		return // 7
	}
}

func wazeroTask() { return }
`
	for engine, want := range map[string]int{"weft": 8, "wazero": 1} {
		if n, err := Lines([]byte(source), engine); n != want || err != nil {
			t.Errorf("%s: %d lines, %v; want %d", engine, n, err, want)
		}
	}
}
