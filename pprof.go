package weft

import (
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// A ProfileInfo says of a profile what its samples do not tell.
type ProfileInfo struct {
	Module   string        // the file of the guest, or a name
	Interval time.Duration // between samples, as given to [CPUProfiler.Start]
	Start    time.Time     // when it began; the zero Time is left out
	Duration time.Duration // how long it took; 0 is left out
}

// WriteProfile writes samples in the form of pprof, for go tool pprof: functions by their names in the module and, with
// debug information, files, lines and inlined functions. Addresses are offsets in the module.
func WriteProfile(w io.Writer, samples []CPUSample, info ProfileInfo) error {
	b := profileWriter{functions: map[profileFunction]uint64{}, locations: map[profileLocation]uint64{}, strings: map[string]int64{}}
	b.text("") // which has the number 0
	b.message(1, b.valueType("samples", "count"))
	b.message(1, b.valueType("cpu", "nanoseconds"))
	for i := range samples {
		b.sample(&samples[i], info.Interval)
	}
	var mapping message
	mapping.number(1, 1)
	mapping.number(5, uint64(b.text(info.Module)))
	for field := uint64(7); field <= 10; field++ { // there are functions, files, lines and inlined frames
		mapping.number(field, 1)
	}
	b.message(3, mapping)
	if !info.Start.IsZero() {
		b.number(9, uint64(info.Start.UnixNano()))
	}
	b.number(10, uint64(info.Duration))
	b.message(11, b.valueType("cpu", "nanoseconds"))
	b.number(12, uint64(info.Interval))
	for _, s := range b.texts {
		b.message(6, message(s))
	}
	z := gzip.NewWriter(w)
	if _, err := z.Write(b.out); err != nil {
		return err
	}
	return z.Close()
}

// A message is one of the protocol buffer format: profile.proto of pprof has the numbers of the fields.
type message []byte

// number appends a field that is a number, unless it is 0.
func (m *message) number(field, v uint64) {
	if v != 0 {
		*m = binary.AppendUvarint(*m, field<<3)
		*m = binary.AppendUvarint(*m, v)
	}
}

// message appends a field that is a message, a string, or a list of numbers.
func (m *message) message(field uint64, content message) {
	*m = binary.AppendUvarint(*m, field<<3|2)
	*m = binary.AppendUvarint(*m, uint64(len(content)))
	*m = append(*m, content...)
}

type profileFunction struct{ name, file string }

type profileLocation struct {
	function string
	offset   int
}

// A profileWriter makes each function, each location and each string once.
type profileWriter struct {
	out       message
	functions map[profileFunction]uint64
	locations map[profileLocation]uint64
	strings   map[string]int64
	texts     []string
}

func (b *profileWriter) number(field, v uint64)          { b.out.number(field, v) }
func (b *profileWriter) message(field uint64, m message) { b.out.message(field, m) }

// text returns the number of a string.
func (b *profileWriter) text(s string) int64 {
	n, known := b.strings[s]
	if !known {
		n = int64(len(b.texts))
		b.strings[s] = n
		b.texts = append(b.texts, s)
	}
	return n
}

func (b *profileWriter) valueType(kind, unit string) (m message) {
	m.number(1, uint64(b.text(kind)))
	m.number(2, uint64(b.text(unit)))
	return m
}

func (b *profileWriter) sample(s *CPUSample, interval time.Duration) {
	var m, locations, values message
	for i := range s.Stack.Frames {
		locations = binary.AppendUvarint(locations, b.location(&s.Stack.Frames[i]))
	}
	values = binary.AppendUvarint(values, uint64(s.Count))
	values = binary.AppendUvarint(values, uint64(s.Count)*uint64(interval))
	m.message(1, locations)
	m.message(2, values)
	b.message(2, m)
}

// location returns the number of the place of a call: it has a line for the function, after one for each function
// inlined there.
func (b *profileWriter) location(f *Frame) uint64 {
	name := f.name()
	key := profileLocation{name, f.Offset}
	if n, known := b.locations[key]; known {
		return n
	}
	n := uint64(len(b.locations) + 1)
	b.locations[key] = n
	var m message
	m.number(1, n)
	m.number(2, 1)
	m.number(3, uint64(f.Offset))
	places := f.Source()
	for i, p := range places {
		inlined := p.Func
		if i == len(places)-1 || inlined == "" {
			inlined = name
		}
		m.message(4, b.line(inlined, p.File, p.Line, p.Column))
	}
	if len(places) == 0 {
		m.message(4, b.line(name, "", int(f.Position.Line), int(f.Position.Column)))
	}
	b.message(4, m)
	return n
}

func (b *profileWriter) line(function, file string, line, column int) (m message) {
	m.number(1, b.function(function, file))
	m.number(2, uint64(line))
	m.number(3, uint64(column))
	return m
}

func (b *profileWriter) function(name, file string) uint64 {
	key := profileFunction{name, file}
	if n, known := b.functions[key]; known {
		return n
	}
	n := uint64(len(b.functions) + 1)
	b.functions[key] = n
	var m message
	m.number(1, n)
	m.number(2, uint64(b.text(name)))
	m.number(3, uint64(b.text(name)))
	m.number(4, uint64(b.text(file)))
	b.message(5, m)
	return n
}

// name names the function as stack traces do.
func (f *Frame) name() string {
	name := f.FuncName
	if name == "" {
		name = fmt.Sprintf("func[%d]", f.FuncIndex)
	}
	if f.Module != "" {
		name = f.Module + "." + name
	}
	return name
}
