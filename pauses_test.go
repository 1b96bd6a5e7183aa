package weft_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"weft"
	"weft/internal/generate"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// A pauser is a scheduler that lets whatever runs stop, and go on at once.
type pauser struct {
	store  *weft.Store
	tag    *weft.Tag
	random *rand.Rand // of the fuel until the next pause; nil if pauses come from outside
	times  int
	seen   []weft.Watched // watched instructions, the first ones
}

// Watch implements [weft.Watcher].
func (p *pauser) Watch(_ context.Context, w *weft.Watched) error {
	if len(p.seen) < 10_000 {
		p.seen = append(p.seen, *w)
	}
	if w.Index%2 == 0 {
		return nil
	}
	p.times++
	return p.tag.Suspend()
}

func newPauser(t testing.TB, store *weft.Store, random *rand.Rand) *pauser {
	t.Helper()
	tag, err := store.NewTag("pause", wasm.FuncType{})
	if err != nil {
		t.Fatal(err)
	}
	p := &pauser{store: store, tag: tag, random: random}
	if random != nil {
		store.SetFuel(p.next())
	}
	if err := store.SetScheduler(p); err != nil {
		t.Fatal(err)
	}
	return p
}

// next returns how much fuel there is until the next pause: mostly little.
func (p *pauser) next() uint64 { return p.random.Uint64N(1 << p.random.UintN(7)) }

// Wait implements [weft.Scheduler]: nobody is there who could notify.
func (p *pauser) Wait(_ context.Context, w weft.Wait) (weft.WaitResult, error) {
	if w.IsEqual() {
		return weft.TimedOut, nil
	}
	return weft.NotEqual, nil
}

// Pause implements [weft.Scheduler].
func (p *pauser) Pause(_ context.Context, pause weft.Pause) error {
	if pause.Fuel {
		p.store.SetFuel(p.next())
	}
	p.times++
	return p.tag.Suspend()
}

// call calls a function as a continuation, which goes on whenever it has been paused.
func (p *pauser) call(ctx context.Context, f *weft.Func, args []weft.Value) ([]weft.Value, error) {
	k, err := p.store.NewContinuation(f)
	if err != nil {
		return nil, err
	}
	for {
		s, results, err := k.Resume(ctx, args, weft.On(p.tag))
		if s == nil {
			return results, err
		}
		k, args = s.Continuation, nil
		k.Stack()
	}
}

// pausing returns what a run of a module is like whose calls are paused, and how often they were. Without random
// numbers a signal asks for pauses; without signals, too, there are none.
func pausing(
	t *testing.T, engine *weft.Engine, source []byte, x execution, random *rand.Rand, signals bool,
) (record, int) {
	t.Helper()
	module, err := engine.Compile(source)
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	r, p := pausingModule(t, module, x, random, signals)
	return r, p.times
}

func pausingModule(t *testing.T, module *weft.Module, x execution, random *rand.Rand, signals bool) (record, *pauser) {
	t.Helper()
	var p *pauser
	var stop chan struct{}
	var group sync.WaitGroup
	x.prepare = func(store *weft.Store) {
		p = newPauser(t, store, random)
		if !signals {
			return
		}
		stop = make(chan struct{})
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(20 * time.Microsecond):
					store.RequestPause()
				}
			}
		})
	}
	x.call = func(ctx context.Context, f *weft.Func, args []weft.Value) ([]weft.Value, error) {
		return p.call(ctx, f, args)
	}
	r := execute(t, module, x)
	if stop != nil {
		close(stop)
		group.Wait()
	}
	return r, p
}

// encoded returns a module in binary form.
func encoded(t *testing.T, source []byte, features wasm.Features) []byte {
	t.Helper()
	m, err := text.Parse(source, features)
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	return binary.Encode(m)
}

// compileWatched compiles a module in binary form whose accesses to memory and calls by index are watched.
func compileWatched(t *testing.T, engine *weft.Engine, code []byte, features wasm.Features) *weft.Module {
	t.Helper()
	m, err := binary.Decode(code, features)
	if err != nil {
		t.Fatal(err)
	}
	var offsets []uint32
	var reader wasm.CodeReader
	var in wasm.Instr
	for i := range m.Funcs {
		f := &m.Funcs[i]
		for reader.Reset(f.Body, f.BodyOffset, features, m.Dialect); reader.Len() > 0; {
			if err := reader.Next(&in); err != nil {
				t.Fatal(err)
			}
			if in.Op.CanWatch() && (in.Op != wasm.OpEnd || reader.Len() == 0) {
				offsets = append(offsets, uint32(f.BodyOffset+in.Offset))
			}
		}
	}
	module, err := engine.CompileWatched(m, offsets)
	if err != nil {
		t.Fatal(err)
	}
	return module
}

// TestPauses pauses the calls of generated modules, a fifth as many as the flag says, everywhere, by fuel and by
// signals: that must not change anything. Many more of them:
//
//	go test . -run TestPauses -v -modules 20000 -seed 1000 -timeout 2h
func TestPauses(t *testing.T) {
	rivals(t, wasm.AllFeatures) // skips where there is one executor
	features := wasm.AllFeatures
	counting := pausingEngines(t)
	all := allExecutors(t, features)
	times, signalled, partly := 0, 0, 0
	count := max(*modules/5, 1) // each runs a dozen times
	for s := *seed; s < *seed+uint64(count); s++ {
		random := rand.New(rand.NewPCG(s, 17))
		choices := make([]byte, 200+random.IntN(3000))
		for i := range choices {
			choices[i] = byte(random.Uint32())
		}
		source := []byte(generate.Module(choices, features))
		want, _ := pausing(t, all["interpreter"], source, execution{deadline: 10 * time.Second}, nil, false)
		if want.stopped {
			partly++
		}
		x := execution{deadline: 20 * time.Second, calls: want.calls, collectAlways: s%4 == 1}
		for name, engine := range counting {
			got, n := pausing(t, engine, source, x, random, false)
			times += n
			if d := difference(want, got); d != "" {
				t.Fatalf("seed %d, %s, paused by fuel: %s\n%s", s, name, d, source)
			}
		}
		var watched []weft.Watched
		code := encoded(t, source, features) // traces of that tell offsets
		want, _ = pausing(t, all["interpreter"], code, execution{deadline: 10 * time.Second}, nil, false)
		x.calls = want.calls
		for name, engine := range counting {
			got, p := pausingModule(t, compileWatched(t, engine, code, features), x, random, false)
			times += p.times
			if d := difference(want, got); d != "" {
				t.Fatalf("seed %d, %s, paused at watched instructions: %s\n%s", s, name, d, source)
			}
			common := min(len(watched), len(p.seen)) // where stacks end, or time does, one may have come further
			if !slices.Equal(watched[:common], p.seen[:common]) {
				t.Fatalf("seed %d, %s, watched instructions: %v, then %v\n%s", s, name, watched, p.seen, source)
			}
			watched = p.seen
		}
		for name, engine := range all {
			got, n := pausing(t, engine, code, x, nil, true)
			signalled += n
			if d := difference(want, got); d != "" {
				t.Fatalf("seed %d, %s, paused by signals: %s\n%s", s, name, d, source)
			}
		}
	}
	t.Logf("%d pauses by fuel, %d by signals; %d of %d modules were compared in part", times, signalled, partly, count)
	if times < 100*min(count, 5) {
		t.Error("too few pauses")
	}
}
