package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"
	"strings"
	"sync"
)

// library are programs that use Go's standard library.
var library = []program{
	{"crc32", 1, func() uint64 {
		sum := uint64(0)
		data := randomBytes()
		for range 16 {
			sum += uint64(crc32.ChecksumIEEE(data))
		}
		return sum
	}},
	{"sha256", 1, func() uint64 {
		sum := sha256.Sum256(randomBytes())
		return binary.LittleEndian.Uint64(sum[:])
	}},
	{"marshal", 1, func() uint64 {
		text := must(json.Marshal(people()))
		return uint64(crc32.ChecksumIEEE(text))
	}},
	{"unmarshal", 1, func() uint64 {
		var root person
		check(json.Unmarshal(document(), &root))
		return root.sum()
	}},
	{"gzip", 1, func() uint64 { return packAndUnpack(document()) }},
	{"regexp", 1, func() uint64 {
		found := regexp.MustCompile(`"name":"(\w+)-(\d+)[^"]*","age":(\d+)`).FindAllSubmatchIndex(document(), -1)
		sum := uint64(len(found))
		for _, at := range found {
			sum = sum*31 + uint64(at[len(at)-1])
		}
		return sum
	}},
	{"sprintf", 1, func() uint64 {
		sum := uint64(0)
		for i := range 50_000 {
			text := fmt.Sprintf("%d %5x %s %v %.3f %q", i, i, "text", i%2 == 0, float64(i)/8, 'w')
			sum += uint64(len(text)) + uint64(text[len(text)/2])
		}
		return sum
	}},
}

// randomBytes are 4 MB, made once: the run that warms up is not measured.
var randomBytes = sync.OnceValue(func() []byte {
	state := random(3)
	data := make([]byte, 4<<20)
	for i := range data {
		data[i] = byte(state.next() >> 8)
	}
	return data
})

// A person is what the programs about JSON and text work on, with all that is below him.
type person struct {
	Name    string             `json:"name"`
	Age     int                `json:"age"`
	Tags    []string           `json:"tags,omitempty"`
	Scores  map[string]float64 `json:"scores"`
	Reports []*person          `json:"reports,omitempty"`
}

func newPerson(state *random, depth int) *person {
	p := &person{
		Name:   fmt.Sprintf("person-%d\t<ü>", state.next()%10_000),
		Age:    int(state.next() % 100),
		Tags:   []string{"first", "se\"cond", "drüben"}[:state.next()%4],
		Scores: map[string]float64{"speed": float64(state.next()) / 64, "x": 1.5},
	}
	if depth > 0 {
		p.Reports = []*person{newPerson(state, depth-1), newPerson(state, depth-1)}
	}
	return p
}

func (p *person) sum() uint64 {
	sum := uint64(len(p.Name)+p.Age+len(p.Tags)) + uint64(p.Scores["speed"])
	for _, report := range p.Reports {
		sum += report.sum()
	}
	return sum
}

// people are 8,191, and document the JSON of them, 1 MB.
var (
	people = sync.OnceValue(func() *person {
		state := random(5)
		return newPerson(&state, 12)
	})
	document = sync.OnceValue(func() []byte { return must(json.Marshal(people())) })
)

// packAndUnpack returns the size of compressed data, which it decompresses and compares.
func packAndUnpack(data []byte) uint64 {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	must(w.Write(data))
	check(w.Close())
	size := uint64(packed.Len())
	unpacked := must(io.ReadAll(must(gzip.NewReader(&packed))))
	if !bytes.Equal(unpacked, data) {
		panic("what was compressed is not what was decompressed: " + strings.ToValidUTF8(string(unpacked[:20]), "?"))
	}
	return size
}

func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
