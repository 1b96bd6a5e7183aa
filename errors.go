package weft

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"weft/internal/store"
	"weft/wasm"
)

// Engines and internal/store have errors of their own, which a call turns into those here when it ends, and back when a
// host function returns one: in both directions only when there is an error.

// A Trap ends a call because the guest did something that has no result. A host function that returns one lets its
// caller trap.
type Trap struct {
	Code   wasm.TrapCode // such as [wasm.TrapDivideByZero]
	Detail string        // says more, if there is more to say
	Stack  StackTrace    // where it happened
}

// An Exception ends a call by an exception that nothing in Wasm caught. A host
// function that returns one throws it into the guest. [Tag.Throw] makes one, and [Tag.Match] tells whether
// it has some tag. Setting the fields does not change what is thrown.
type Exception struct {
	Tag *Tag
	// Payload is what it was thrown with: a value for each parameter of the tag. It is nil if there are references
	// among them and the exception has come as a reference itself: then there is Tag.Match.
	Payload []Value
	Stack   StackTrace // where it was thrown

	inner *store.Exception
}

// An UnhandledSuspension ends a call whose guest suspended, or switched, with a tag that no
// resume handles.
type UnhandledSuspension struct {
	Tag   *Tag
	Stack StackTrace // where
}

// An Interrupt ends a call whose context has ended.
type Interrupt struct {
	Cause error      // of the context's end; the Interrupt unwraps to it
	Stack StackTrace // where the guest was
}

// A HostError ends a call because a host function failed.
type HostError struct {
	Func  string     // the name of the function
	Err   error      // what it returned; the HostError unwraps to it
	Stack StackTrace // where it was called
}

// A LinkError says which import nothing provides, or which is
// given with another type than the module wants.
type LinkError struct {
	Module, Name string // of the import
	Msg          string // with the types
}

// An ExitError ends a call because the program asked to exit, as it does with
// WASI's proc_exit. A call returns it inside of a [*HostError] or, in a thread that
// another one has ended, of an [*Interrupt].
type ExitError struct {
	Code uint32 // 0 for success
}

// Error says why, and where.
func (t *Trap) Error() string { return t.toStore().Error() }

// Error names the tag and what it was thrown with, and says where.
func (e *Exception) Error() string {
	inner := e.toStore()
	inner.Said = payloadText(e.Payload)
	return inner.Error()
}

// Error names the tag, and says where.
func (u *UnhandledSuspension) Error() string { return u.toStore().Error() }

// Error has the cause, and says where.
func (i *Interrupt) Error() string { return i.toStore().Error() }

// Unwrap returns the cause of the context's end.
func (i *Interrupt) Unwrap() error { return i.Cause }

// Error names the function, and says where.
func (h *HostError) Error() string { return h.toStore().Error() }

// Unwrap returns what the host function returned.
func (h *HostError) Unwrap() error { return h.Err }

// Error has the names, and what is wrong.
func (e *LinkError) Error() string { return (*store.LinkError)(e).Error() }

// Error says with which code.
func (e *ExitError) Error() string { return fmt.Sprintf("the program exited with code %d", e.Code) }

// StackTrace returns where in the guest the error happened.
func (t *Trap) StackTrace() *StackTrace { return &t.Stack }

// StackTrace returns where in the guest the exception was thrown.
func (e *Exception) StackTrace() *StackTrace { return &e.Stack }

// StackTrace returns where in the guest the suspension happened.
func (u *UnhandledSuspension) StackTrace() *StackTrace { return &u.Stack }

// StackTrace returns where in the guest the call was interrupted.
func (i *Interrupt) StackTrace() *StackTrace { return &i.Stack }

// StackTrace returns where in the guest the host function was called.
func (h *HostError) StackTrace() *StackTrace { return &h.Stack }

var (
	// ErrClosed is returned for uses of a store after its Close.
	ErrClosed = store.ErrClosed
	// ErrConcurrentUse is returned for uses of a store while another goroutine uses
	// it; see [Store].
	ErrConcurrentUse = store.ErrConcurrentUse
)

// payloadText shows the values with which something was thrown or suspended.
func payloadText(values []Value) string {
	var texts []string
	for _, v := range values[:min(len(values), mostParts)] {
		texts = append(texts, v.String())
	}
	if more := len(values) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, ", ")
}

// fromError returns the error with which a call ends.
func (s *Store) fromError(err error) error {
	switch e := err.(type) {
	case *store.Trap:
		return &Trap{e.Code, e.Detail, fromStack(e.Stack)}
	case *store.Exception:
		made := s.fromException(e)
		if types := e.Tag.Type.Params; hasRefs(types) {
			made.Payload, _ = s.received(e.Payload, types, true)
			runtime.KeepAlive(e)
		}
		return made
	case *store.UnhandledSuspension:
		return &UnhandledSuspension{s.tagOf(e.Tag), fromStack(e.Stack)}
	case *store.Interrupt:
		return &Interrupt{e.Cause, fromStack(e.Stack)}
	case *store.HostError:
		return &HostError{e.Func, e.Err, fromStack(e.Stack)}
	case *store.LinkError:
		return (*LinkError)(e)
	case interface{ Unwrap() []error }:
		list := slices.Clone(e.Unwrap())
		for i := range list {
			link, ok := list[i].(*store.LinkError)
			if !ok {
				return err
			}
			list[i] = (*LinkError)(link)
		}
		return errors.Join(list...)
	}
	return err
}

// trap returns the error for a trap outside of a guest.
func (s *Store) trap(code wasm.TrapCode) error {
	return s.fromError(s.store.TrapError(code, "", store.StackTrace{}))
}

// fromException returns the Exception for one of the store. It has its payload if there are no references in that: else
// a chain of exceptions would become one of Go values, however long it is.
func (s *Store) fromException(e *store.Exception) *Exception {
	made := &Exception{Tag: s.tagOf(e.Tag), Stack: fromStack(e.Stack), inner: e}
	if types := e.Tag.Type.Params; !hasRefs(types) {
		made.Payload = s.fromSlots(e.Payload, types)
	}
	return made
}

// toError returns what a host function has returned as engines know it.
func toError(err error) error {
	switch e := err.(type) {
	case *Trap:
		if e != nil {
			return e.toStore()
		}
	case *Exception:
		if e != nil && e.inner != nil {
			return e.inner
		}
	case *UnhandledSuspension:
		if e != nil {
			return e.toStore()
		}
	case *Interrupt:
		if e != nil {
			return e.toStore()
		}
	case *HostError:
		if e != nil {
			return e.toStore()
		}
	}
	return err
}

func (t *Trap) toStore() *store.Trap {
	return &store.Trap{Code: t.Code, Detail: t.Detail, Stack: t.Stack.toStore()}
}

// toStore returns what the exception says, and not the one that is thrown.
func (e *Exception) toStore() *store.Exception {
	return &store.Exception{Tag: e.Tag.toStore(), Stack: e.Stack.toStore()}
}

func (u *UnhandledSuspension) toStore() *store.UnhandledSuspension {
	return &store.UnhandledSuspension{Tag: u.Tag.toStore(), Stack: u.Stack.toStore()}
}

func (i *Interrupt) toStore() *store.Interrupt {
	return &store.Interrupt{Cause: i.Cause, Stack: i.Stack.toStore()}
}

func (h *HostError) toStore() *store.HostError {
	return &store.HostError{Func: h.Func, Err: h.Err, Stack: h.Stack.toStore()}
}

func (t *Tag) toStore() *store.Tag {
	if t == nil {
		return nil
	}
	return t.tag
}

// tagOf returns the Tag for one of the store, always the same.
func (s *Store) tagOf(t *store.Tag) *Tag {
	if t == nil {
		return nil
	}
	s.tagsMu.Lock()
	defer s.tagsMu.Unlock()
	known := s.tags[t]
	if known == nil {
		if s.tags == nil {
			s.tags = map[*store.Tag]*Tag{}
		}
		known = &Tag{s, t}
		s.tags[t] = known
	}
	return known
}
