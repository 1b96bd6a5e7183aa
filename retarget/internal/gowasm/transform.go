package gowasm

import (
	"slices"
	"sort"
	"strings"

	"weft/wasm"
)

// A Report says what was done.
type Report struct {
	stats
	Switching []string
	// Dropped are the custom sections that would not be true any more.
	Dropped []string
}

// Transform rewrites a module of a release of Go, such as "go1.26.8". The error is a [*Refusal] if the module is not
// as known; then it may be changed in part. The proof is for the module that was made.
func Transform(source *wasm.Module, release string) (*Report, *Proof, error) {
	m := &module{m: source}
	for _, step := range []func() error{
		func() error { return m.recognize(release) }, m.nameFuncs, m.checkRoles, m.parse, m.findFacts, m.findLeaves, m.findEntries, m.findSwitching,
	} {
		if err := step(); err != nil {
			return nil, nil, err
		}
	}
	m.findEnding()
	if err := m.addRuntime(); err != nil {
		return nil, nil, err
	}
	m.addRare()
	report := &Report{}
	if err := m.emit(report); err != nil {
		return nil, nil, err
	}
	m.dropUntrue(report)
	for i := range m.funcs {
		if m.funcs[i].switches {
			report.Switching = append(report.Switching, m.funcs[i].name)
		}
	}
	slices.Sort(report.Switching)
	return report, &Proof{m}, nil
}

// emit writes the functions anew.
func (m *module) emit(report *Report) error {
	all := make([]stats, len(m.funcs))
	err := inParallel(m, func(e *emitter, f *function) error {
		e.m = m
		switch {
		case f.role == gogo || f.shape == noCode:
			return nil
		case f.shape == plainGo:
			e.stats = stats{}
			err := e.function(f)
			all[f.index-m.imported] = e.stats
			return err
		}
		return m.rewriteOwn(f)
	})
	for i := range all {
		s, r := &all[i], &report.stats
		r.Functions += s.Functions
		r.Blocks += s.Blocks
		r.Jumps += s.Jumps
		r.Tests += s.Tests
		r.StackChecks += s.StackChecks
		r.Recovering += s.Recovering
		r.Irreducible = append(r.Irreducible, s.Irreducible...)
	}
	sort.Strings(report.Irreducible)
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
