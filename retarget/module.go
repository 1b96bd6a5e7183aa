package retarget

import (
	"errors"
	"fmt"

	"weft/retarget/internal/asyncify"
	"weft/retarget/internal/gowasm"
	"weft/retarget/internal/refusal"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/validate"
)

// ErrUnknown says that a module is not the output of a compiler that is known, and does not drive Asyncify either.
var ErrUnknown = errors.New("no known compiler has made the module, and it imports nothing from asyncify")

// A Refusal says in which function and where a module differs from what is known of its compiler, and what was
// expected.
type Refusal = refusal.Refusal

// Options change what Module does.
type Options struct {
	// Check reads the result again and proves of it what can be proved.
	Check bool
}

// A Report says what was done.
type Report struct {
	Producer      string   // the compiler's release, "go1.26.8"; "Asyncify" for programs that drive it
	Before, After int      // bytes of the module
	Dropped       []string // custom sections that would not be true any more

	// Of programs of official Go:
	Functions   int // that were rewritten
	Blocks      int // of theirs at which they could be entered
	Jumps       int // between them
	Tests       int // of calls, whether to unwind
	StackChecks int
	Recovering  int      // functions that can be entered by recovery
	Switching   []string // functions in which another goroutine may go on
	Irreducible []string // functions that keep a loop around a table of branches

	// Of programs that drive Asyncify:
	Suspending []string // functions that unwound
	Resuming   []string // functions that called what unwound
	Calls      int      // of theirs that run in continuations
	Ends       int      // of goroutines that waited for ever and return now
}

// Module rewrites a module in the binary format.
func Module(source []byte, options Options) ([]byte, *Report, error) {
	m, err := binary.Decode(source, wasm.DefaultFeatures)
	if err != nil {
		return nil, nil, err
	}
	report := &Report{Before: len(source)}
	check := func(*wasm.Module) error { return nil }
	if release := goRelease(m); release != "" {
		check, err = report.golang(m, release)
	} else if asyncify.Drives(m) {
		err = report.asyncify(m)
	} else {
		err = ErrUnknown
	}
	if err != nil {
		return nil, nil, err
	}
	out := binary.Encode(m)
	report.After = len(out)
	if options.Check {
		if err := prove(out, check); err != nil {
			return nil, nil, err
		}
	}
	return out, report, nil
}

// golang rewrites a program of official Go. It returns what checks the result.
func (r *Report) golang(m *wasm.Module, release string) (func(*wasm.Module) error, error) {
	done, proof, err := gowasm.Transform(m, release)
	if err != nil {
		return nil, err
	}
	r.Producer = release
	r.Functions, r.Blocks, r.Jumps, r.Tests = done.Functions, done.Blocks, done.Jumps, done.Tests
	r.StackChecks, r.Recovering = done.StackChecks, done.Recovering
	r.Switching, r.Irreducible, r.Dropped = done.Switching, done.Irreducible, done.Dropped
	return proof.Check, nil
}

// asyncify rewrites a program that drives Asyncify.
func (r *Report) asyncify(m *wasm.Module) error {
	if err := validate.Module(m, wasm.DefaultFeatures); err != nil {
		return err
	}
	done, err := asyncify.Transform(m)
	if err != nil {
		return err
	}
	r.Producer = "Asyncify"
	r.Suspending, r.Resuming, r.Calls, r.Ends, r.Dropped = done.Bottoms, done.Tops, done.Calls, done.Ends, done.Dropped
	return nil
}

// prove reads what was made again and checks it.
func prove(out []byte, check func(*wasm.Module) error) error {
	m, err := binary.Decode(out, wasm.DefaultFeatures)
	if err != nil {
		return fmt.Errorf("what was made cannot be read: %w", err)
	}
	if err := validate.Module(m, wasm.DefaultFeatures); err != nil {
		return fmt.Errorf("what was made is not valid: %w", err)
	}
	return check(m)
}

// goRelease returns the release of Go that has made a module; "" if it was not Go's compiler. The section producers has
// it: fields, each a name and a list of names with versions. TinyGo, too, writes Go as the language, but not as what
// has processed it.
func goRelease(m *wasm.Module) string {
	for _, c := range m.Customs {
		if c.Name == "producers" {
			return producer(c.Data, "processed-by", "Go cmd/compile")
		}
	}
	return ""
}

// producer returns the version of a name in a field of the section producers.
func producer(data []byte, field, name string) string {
	r := wasm.Reader{Buf: data}
	fields, _ := r.Count(1, "fields")
	for range fields {
		inField, _ := r.Name()
		values, _ := r.Count(1, "values")
		for range values {
			n, _ := r.Name()
			version, err := r.Name()
			if err == nil && inField == field && n == name {
				return version
			}
		}
	}
	return ""
}
