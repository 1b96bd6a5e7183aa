// Control flow and libraries.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"hash/crc32"
	"io"
	"math"
	"math/big"
	"regexp"
	"slices"
	"sort"
	"strings"
	"text/template"
)

// dense has a table of jumps.
//
//go:noinline
func dense(i int) string {
	switch i {
	case 0:
		return "zero"
	case 1:
		fallthrough
	case 2:
		return "few"
	case 3:
		return "three"
	case 4, 5, 6:
		return "some"
	case 7:
		return "seven"
	case 8:
		return "eight"
	case 9:
		i += 100
	case 10:
		return "ten"
	case 11:
		return "eleven"
	}
	return fmt.Sprint("other ", i)
}

// tangle has a loop with two entries.
//
//go:noinline
func tangle(n int) (steps []int) {
	i := n
	if n%2 == 0 {
		goto even
	}
odd:
	steps = append(steps, i*10+1)
	if i -= 1; i < 0 {
		return
	}
even:
	steps = append(steps, i*10)
	if i -= 2; i > 0 {
		goto odd
	}
	if i == 0 {
		i--
		goto even
	}
	return
}

// forever does nothing, for ever, but for one number.
//
//go:noinline
func forever(n int) int {
	if n == 1 {
		for {
		}
	}
	for n > 5 && n < 7 {
	}
	return n
}

func labels(n int) (s []int) {
outer:
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			switch {
			case j == i:
				continue outer
			case i*j == 12:
				break outer
			case (i+j)%5 == 3:
				continue
			}
			s = append(s, i*10+j)
		}
	}
	for len(s) > 3 && s[len(s)-1] > 10 {
		s = s[:len(s)-1]
		for k := range s {
			if s[k] == 30 {
				break
			}
			s[k] ^= 1
		}
	}
	return s
}

type record struct {
	Name string             `json:"name"`
	Tags []string           `json:"tags,omitempty"`
	M    map[string]float64 `json:"m"`
	Sub  *record            `json:"sub"`
}

func marshal() string {
	r := &record{"ä\n", []string{"x", "y"}, map[string]float64{"pi": math.Pi, "e": math.E}, &record{Name: "inner"}}
	b, err := json.Marshal(r)
	if err != nil {
		return err.Error()
	}
	var back record
	err = json.Unmarshal(b, &back)
	return fmt.Sprintf("%s %v %+v", b, err, back.Sub)
}

func source() string {
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; func f(a int) (b string) { for i := range a { go g(i) }; return }", 0)
	if err != nil {
		return err.Error()
	}
	var names []string
	ast.Inspect(f, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names = append(names, id.Name)
		}
		return true
	})
	return strings.Join(names, ",")
}

func compressed() string {
	text := strings.Repeat("to be or not to be, ", 500)
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	n := b.Len()
	r, err := gzip.NewReader(&b)
	if err != nil {
		return err.Error()
	}
	back, err := io.ReadAll(r)
	return fmt.Sprint(n, string(back) == text, err)
}

func main() {
	for i := -1; i < 14; i++ {
		fmt.Print(dense(i), " ")
	}
	fmt.Println()
	fmt.Println(forever(2))
	for n := range 9 {
		fmt.Println(tangle(n), labels(n))
	}
	fmt.Println(marshal())
	fmt.Println(source())
	fmt.Println(compressed())
	fmt.Printf("%x %08x\n", sha256.Sum256([]byte("weft")), crc32.ChecksumIEEE([]byte("weft")))
	fmt.Println(new(big.Int).Exp(big.NewInt(3), big.NewInt(500), nil))
	fmt.Println(regexp.MustCompile(`(\w+)@(\w+)\.com`).FindAllStringSubmatch("a@b.com, cc@dd.com", -1))
	words := strings.Fields("the quick brown fox jumps over the lazy dog")
	sort.Strings(words)
	slices.SortFunc(words, func(a, b string) int { return len(a) - len(b) })
	fmt.Println(words)
	template.Must(template.New("t").Parse("{{range $i, $w := .}}{{if $i}}, {{end}}{{printf \"%q\" $w}}{{end}}\n")).Execute(writer{}, words)
	f := 0.0
	for i := 1; i < 2000; i++ {
		f += math.Sqrt(float64(i)) / math.Pow(float64(i), 1.5) * math.Sin(float64(i))
	}
	fmt.Printf("%.12f %v %v %d\n", f, math.Inf(1), int64(float32(1e10)), uint32(math.MaxUint32))
	m := map[[2]int]string{}
	for i := range 3000 {
		m[[2]int{i % 57, i % 31}] += string(rune('a' + i%26))
	}
	total := 0
	for k, v := range m {
		total += k[0]*len(v) + k[1]
	}
	fmt.Println(len(m), total)
}

type writer struct{}

func (writer) Write(b []byte) (int, error) { fmt.Printf("%s", b); return len(b), nil }
