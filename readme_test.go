package weft_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestReadme runs the programs in the README. Each is one of the examples, and
// ends with a comment that says what it prints.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	programs := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(programs) < 3 {
		t.Fatalf("the README has %d programs", len(programs))
	}
	for _, match := range programs {
		program := match[1]
		name, _, ok := strings.Cut(strings.TrimPrefix(program, "// "), " ")
		dir := "./examples/" + strings.ToLower(name)
		source, err := os.ReadFile(dir + "/main.go")
		if !ok || err != nil || string(source) != program {
			t.Errorf("the program that begins with %.40q is not that of %s: %v", program, dir, err)
			continue
		}
		_, output, ok := strings.Cut(program, "\n// Output:\n")
		if !ok {
			t.Errorf("%s does not say what it prints", dir)
		}
		want := strings.ReplaceAll(strings.TrimPrefix(output, "// "), "\n// ", "\n")
		got, err := exec.Command("go", "run", dir).CombinedOutput()
		if err != nil || string(got) != want {
			t.Errorf("%s printed %q, want %q: %v", dir, got, want, err)
		}
	}
}
