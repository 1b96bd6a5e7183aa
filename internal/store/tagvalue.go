package store

import (
	"slices"

	"weft/wasm"
)

// Tags that are values (an experiment, see docs/experiments.md): numbers, each of which is made once. What a
// resume handles with them is noted with the reference that there will be to the continuation, as long as it runs.

// NewTagValue makes a tag.
func (s *Store) NewTagValue() uint64 {
	s.tagValues++
	return s.tagValues
}

// A tagPrompt is what a resume handles of a continuation that runs.
type tagPrompt struct {
	name uint64 // the reference that there will be to the continuation
	tags []uint64
}

// HandleTags notes the tags that the clauses of a resume are for, in their order, with the continuation that it is
// about to run. The caller has consumed its reference.
func (c *Continuations) HandleTags(r *ContRecord, tags []uint64) {
	if c.tagPrompts == nil {
		c.tagPrompts = map[*ContRecord]tagPrompt{}
	}
	c.tagPrompts[r] = tagPrompt{c.Ref(r), slices.Clone(tags)}
}

// TagClause returns the number of the clause for a tag of the resume that runs a continuation; -1 if it has none.
func (c *Continuations) TagClause(r *ContRecord, tag uint64) int {
	p, ok := c.tagPrompts[r]
	if !ok || tag == 0 { // null
		return -1
	}
	if p.name != c.Ref(r) { // of an earlier resume
		delete(c.tagPrompts, r)
		return -1
	}
	return slices.Index(p.tags, tag)
}

// UnhandledTag returns a tag to say in an error that nothing handles one that is a value, of a function type.
func (s *Store) UnhandledTag(t wasm.TypeID) *TagRecord {
	tag, err := s.NewTag(t, "(made at run time)")
	if err != nil {
		return nil
	}
	return tag.Record
}
