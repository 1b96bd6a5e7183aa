package retarget

import (
	"errors"
	"fmt"

	"weft/retarget/internal/gowasm"
	"weft/retarget/internal/refusal"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/validate"
)

// ErrUnknown says that a module is not the output of a compiler that is known.
var ErrUnknown = errors.New("no known compiler has made the module")

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
	Producer      string // the compiler's release: "go1.26.8"
	Before, After int    // bytes of the module

	Functions   int // that were rewritten
	Blocks      int // of theirs at which they could be entered
	Jumps       int // between them
	Tests       int // of calls, whether to unwind
	StackChecks int
	Recovering  int      // functions that can be entered by recovery
	Switching   []string // functions in which another goroutine may go on
	Irreducible []string // functions that keep a loop around a table of branches
	Dropped     []string // custom sections that would not be true any more
}

// Module rewrites a module in the binary format.
func Module(source []byte, options Options) ([]byte, *Report, error) {
	m, err := binary.Decode(source, wasm.DefaultFeatures)
	if err != nil {
		return nil, nil, err
	}
	release := goRelease(m)
	if release == "" {
		return nil, nil, ErrUnknown
	}
	done, proof, err := gowasm.Transform(m, release)
	if err != nil {
		return nil, nil, err
	}
	out := binary.Encode(m)
	if options.Check {
		if err := prove(out, proof); err != nil {
			return nil, nil, err
		}
	}
	report := &Report{Producer: release, Before: len(source), After: len(out),
		Functions: done.Functions, Blocks: done.Blocks, Jumps: done.Jumps, Tests: done.Tests, StackChecks: done.StackChecks, Recovering: done.Recovering,
		Switching: done.Switching, Irreducible: done.Irreducible, Dropped: done.Dropped}
	return out, report, nil
}

// prove reads what was made again and checks it.
func prove(out []byte, proof *gowasm.Proof) error {
	m, err := binary.Decode(out, wasm.DefaultFeatures)
	if err != nil {
		return fmt.Errorf("what was made cannot be read: %w", err)
	}
	if err := validate.Module(m, wasm.DefaultFeatures); err != nil {
		return fmt.Errorf("what was made is not valid: %w", err)
	}
	return proof.Check(m)
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
