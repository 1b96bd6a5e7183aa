package store

import (
	"fmt"
	"runtime"

	"weft/wasm"
)

// Continuations in Go: what the host says when it resumes one, and what it
// gets back. Nothing here is allocated for a resume; the slots are the host's.

// Handlers are the tags that the host handles while a continuation runs.
type Handlers struct {
	Suspend []*TagRecord // a suspension with one of them comes back to the host
	Switch  []*TagRecord // continuations may switch to each other with one of them
}

// A HostCont is a continuation that Go code can let go on.
type HostCont struct {
	// Ref is to the continuation, or what is left of it, and Root keeps that.
	Ref  uint64
	Root Root
	// Results is how many slots its function returns.
	Results int
	// Left is the tag of the last switch that has left it, if nobody has resumed it since.
	Left *Tag
	// Function is that of the continuation, from the time on when it was let go on first.
	Function *FuncRecord
	// Turn is what it has of Turns; nil if it has none.
	Turns *Turns
	Turn  uintptr
	// Owner is what it is the core of.
	Owner any
}

// A HostResume says how the host resumes a continuation.
type HostResume struct {
	Cont *HostCont
	Args []uint64
	// Throw is thrown at the place where the continuation is suspended, instead of
	// giving it Args.
	Throw    *Exception
	Handlers *Handlers // nil for none
	// Slots takes the payload of a suspension, or the Results slots that the
	// continuation's function returns. It may begin with Args.
	Slots []uint64
	// Switches says that others may go on in its place ([SwitchRequest]).
	Switches bool
}

// A Suspension is what comes back when a continuation has suspended with a tag
// that the host handles. Tag is nil if it has returned.
type Suspension struct {
	Tag *TagRecord
	Ref uint64 // of the continuation that goes on from there
}

// A SuspendRequest is the error with which a host function suspends the guest
// that called it. The results of the host function are what the guest is resumed
// with. The references in its payload stay alive as long as it does.
type SuspendRequest struct {
	Tag     *Tag
	Payload []uint64
}

// NewSuspendRequest makes a request, with a copy of the payload.
func (s *Store) NewSuspendRequest(tag *Tag, payload []uint64) *SuspendRequest {
	r := &SuspendRequest{Tag: tag, Payload: append([]uint64(nil), payload...)}
	if release := s.keepSlots(r.Payload, tag.Type.Params); release != nil {
		runtime.AddCleanup(r, func(release func()) { release() }, release)
	}
	return r
}

func (s *SuspendRequest) Error() string {
	return "a host function suspends with " + s.Tag.describe() + ", but no guest called it"
}

// CanSuspend says why a host function cannot suspend with a tag, or switch: its results are what the tag's are.
func (s *Store) CanSuspend(f *FuncRecord, tag *Tag) error {
	t := s.Types.Comp(f.Type).Func
	results := wasm.FuncType{Results: t.Results}
	if f.Results == uint32(wasm.SlotCount(tag.Type.Results)) &&
		s.Types.IsFuncSubtype(wasm.FuncType{Results: tag.Type.Results}, results) {
		return nil
	}
	return fmt.Errorf("it suspends with a tag of type %s, but its results are those of %s", tag.Type, t)
}
