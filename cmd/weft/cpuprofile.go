package main

import (
	"fmt"
	"os"
	"time"

	"github.com/google/pprof/profile"

	"weft"
)

// sampleInterval is the time between samples of a CPU profile.
const sampleInterval = 10 * time.Millisecond

// A cpuProfile is a profile that is being taken, to be written to a file.
type cpuProfile struct {
	file     *os.File
	profiler *weft.CPUProfiler
	start    time.Time
}

// startCPUProfile begins a profile of the stores of engines with the profiler.
func startCPUProfile(name string, profiler *weft.CPUProfiler) (*cpuProfile, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return &cpuProfile{f, profiler, time.Now()}, profiler.Start(sampleInterval)
}

// write ends the profile and writes it.
func (p *cpuProfile) write(module string) error {
	made := makeProfile(p.profiler.Stop(), module)
	made.TimeNanos = p.start.UnixNano()
	made.DurationNanos = time.Since(p.start).Nanoseconds()
	err := made.Write(p.file)
	if e := p.file.Close(); err == nil {
		err = e
	}
	return err
}

// makeProfile brings samples into the form of pprof. The addresses are offsets in the module.
func makeProfile(samples []weft.CPUSample, module string) *profile.Profile {
	b := profileBuilder{
		made: &profile.Profile{
			SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
			PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"},
			Period:     sampleInterval.Nanoseconds(),
			Mapping:    []*profile.Mapping{{ID: 1, File: module, HasFunctions: true, HasFilenames: true, HasLineNumbers: true, HasInlineFrames: true}},
		},
		functions: map[functionKey]*profile.Function{},
		locations: map[locationKey]*profile.Location{},
	}
	for _, s := range samples {
		sample := &profile.Sample{Value: []int64{int64(s.Count), int64(s.Count) * b.made.Period}}
		for i := range s.Stack.Frames {
			sample.Location = append(sample.Location, b.location(&s.Stack.Frames[i]))
		}
		b.made.Sample = append(b.made.Sample, sample)
	}
	return b.made
}

// A profileBuilder makes each function and each location once.
type profileBuilder struct {
	made      *profile.Profile
	functions map[functionKey]*profile.Function
	locations map[locationKey]*profile.Location
}

type functionKey struct{ name, file string }

type locationKey struct {
	function string
	offset   int
}

func (b *profileBuilder) function(name, file string) *profile.Function {
	key := functionKey{name, file}
	f := b.functions[key]
	if f == nil {
		f = &profile.Function{ID: uint64(len(b.functions) + 1), Name: name, SystemName: name, Filename: file}
		b.functions[key] = f
		b.made.Function = append(b.made.Function, f)
	}
	return f
}

// location returns where a call is: a line for the function, after one for each function inlined there.
func (b *profileBuilder) location(f *weft.Frame) *profile.Location {
	name := functionName(f)
	key := locationKey{name, f.Offset}
	l := b.locations[key]
	if l != nil {
		return l
	}
	l = &profile.Location{ID: uint64(len(b.locations) + 1), Mapping: b.made.Mapping[0], Address: uint64(f.Offset)}
	places := f.Source()
	for i, p := range places {
		inlined := p.Func
		if i == len(places)-1 || inlined == "" {
			inlined = name
		}
		l.Line = append(l.Line, profile.Line{Function: b.function(inlined, p.File), Line: int64(p.Line), Column: int64(p.Column)})
	}
	if len(places) == 0 {
		l.Line = []profile.Line{{Function: b.function(name, ""), Line: int64(f.Position.Line), Column: int64(f.Position.Column)}}
	}
	b.locations[key] = l
	b.made.Location = append(b.made.Location, l)
	return l
}

// functionName names a function as stack traces do.
func functionName(f *weft.Frame) string {
	name := f.FuncName
	if name == "" {
		name = fmt.Sprintf("func[%d]", f.FuncIndex)
	}
	if f.Module != "" {
		name = f.Module + "." + name
	}
	return name
}
