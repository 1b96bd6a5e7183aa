// Command standard uses much of Go's standard library and prints what it computes. It is one of
// the programs that are compiled for WASI.
package main

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

// A record is what the program works on.
type record struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Tags  []string `json:"tags"`
	Score float64  `json:"score"`
}

func main() {
	records := generate(4000)
	text, err := json.Marshal(records)
	check(err)
	var read []record
	check(json.Unmarshal(text, &read))
	fmt.Println("json", len(text), len(read))

	slices.SortFunc(read, func(a, b record) int { return strings.Compare(a.Name, b.Name) })
	fmt.Println("sort", read[0].Name, read[len(read)-1].Name)

	found := regexp.MustCompile(`"name":"([a-m]+[0-9]+)[^"]*"`).FindAllSubmatch(text, -1)
	fmt.Println("regexp", len(found))

	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, 6)
	check(err)
	_, err = w.Write(text)
	check(err)
	check(w.Close())
	unpacked, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed.Bytes())))
	check(err)
	fmt.Println("flate", packed.Len(), bytes.Equal(unpacked, text))

	fmt.Printf("sha256 %x\n", sha256.Sum256(text))

	var page strings.Builder
	check(template.Must(template.New("").Parse(`{{range .}}<li>{{.ID}} {{.Name | html}}{{range .Tags}} {{.}}{{end}}{{end}}`)).Execute(&page, read))
	fmt.Println("template", page.Len())

	product := big.NewInt(1)
	for i := range int64(1500) {
		product.Mul(product, big.NewInt(i+1))
	}
	fmt.Println("big", len(product.String()))
}

// generate makes records from a fixed sequence of pseudo-random numbers.
func generate(n int) []record {
	state := uint32(1)
	next := func(n uint32) uint32 {
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		return state % n
	}
	var records []record
	for i := range n {
		name := make([]byte, 3+next(8))
		for j := range name {
			name[j] = 'a' + byte(next(26))
		}
		tags := make([]string, next(5))
		for j := range tags {
			tags[j] = fmt.Sprintf("tag%d", next(50))
		}
		records = append(records, record{i, fmt.Sprintf("%s%d", name, next(1000)), tags, float64(next(10000)) / 16})
	}
	return records
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
