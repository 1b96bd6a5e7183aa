package gowasm

import (
	"slices"
	"strings"

	"weft/wasm"
)

// A Report says what was done.
type Report struct {
	Counts
	Switching   []string // functions that switch
	Irreducible []string // functions that keep a loop around a table of branches
	Dropped     []string // custom sections that would not be true any more
}

// Counts count functions, and in them what unwinding and jumps had taken.
type Counts struct {
	Functions, Blocks, Jumps, Tests, StackChecks, Recovering int
}

func (c *Counts) add(more *Counts) {
	c.Functions += more.Functions
	c.Blocks += more.Blocks
	c.Jumps += more.Jumps
	c.Tests += more.Tests
	c.StackChecks += more.StackChecks
	c.Recovering += more.Recovering
}

// Transform rewrites a module of a release of Go, such as "go1.26.8". The error is a [*Refusal] if the module is not
// as known; then it may be changed in part. The proof is for the module that was made.
func Transform(source *wasm.Module, release string) (*Report, *Proof, error) {
	m := &module{m: source}
	for _, step := range []func() error{
		func() error { return m.recognize(release) }, m.nameFuncs, m.checkRoles, m.parse,
		m.findFacts, m.findLeaves, m.findEntries, m.findSwitching,
	} {
		if err := step(); err != nil {
			return nil, nil, err
		}
	}
	m.findEnding()
	m.findInlined()
	if err := m.addRuntime(); err != nil {
		return nil, nil, err
	}
	m.addRare()
	report := &Report{}
	if err := m.emit(report); err != nil {
		return nil, nil, err
	}
	m.dropUntrue(report)
	m.addHints()
	for i := range m.funcs {
		if m.funcs[i].switches {
			report.Switching = append(report.Switching, m.funcs[i].name)
		}
		if m.funcs[i].irreducible {
			report.Irreducible = append(report.Irreducible, m.funcs[i].name)
		}
	}
	slices.Sort(report.Switching)
	slices.Sort(report.Irreducible)
	return report, &Proof{m}, nil
}

// emit writes the functions anew.
func (m *module) emit(report *Report) error {
	counts := make([]Counts, len(m.funcs))
	err := inParallel(m, func(e *emitter, f *function) error {
		switch {
		case f.role == gogo || f.shape == noCode:
			return nil
		case f.shape == plainGo:
			e.m, e.counts = m, Counts{}
			e.function(f)
			counts[f.index-m.imported] = e.counts
			return nil
		}
		return m.rewriteOwn(f)
	})
	for i := range counts {
		report.Counts.add(&counts[i])
	}
	return err
}

// dropUntrue drops the sections that speak of places in the code.
func (m *module) dropUntrue(report *Report) {
	kept := m.m.Customs[:0]
	for _, c := range m.m.Customs {
		if strings.HasPrefix(c.Name, ".debug_") || strings.HasPrefix(c.Name, "reloc.") || c.Name == "sourceMappingURL" {
			report.Dropped = append(report.Dropped, c.Name)
			continue
		}
		kept = append(kept, c)
	}
	m.m.Customs = kept
	m.m.Names.Locals, m.m.Names.Labels = nil, nil
}
