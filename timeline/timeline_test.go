package timeline

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"weft"
	"weft/internal/browser"
	"weft/internal/golden"
	"weft/wasm"
)

// record runs the export "main" of a module, and returns what was recorded: events come a microsecond after each other.
func record(t *testing.T, most int, source string) (*Recorder, error) {
	t.Helper()
	r := NewRecorder(most)
	clock := time.Duration(0)
	r.now = func() time.Duration {
		clock += time.Microsecond
		return clock
	}
	err := runMain(t, r, source, 1)
	r.checkSpans(t)
	return r, err
}

// runMain calls the export "main" of a module in several stores, one after the other.
func runMain(t *testing.T, r *Recorder, source string, stores int) error {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures).WithContinuationListener(r.Hear))
	if err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	for range stores {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(store.Close)
		instance, err := weft.NewLinker(store).Instantiate(t.Context(), module)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := instance.Func("main").Call(t.Context()); err != nil {
			return err
		}
	}
	return nil
}

// checkSpans checks what is so of each recording: the spans of a continuation are without gaps, and at each time one
// continuation of a store runs.
func (r *Recorder) checkSpans(t *testing.T) {
	t.Helper()
	ran := map[int]time.Duration{}
	conts := r.finished()
	for i := range conts {
		c := &conts[i]
		for k := range c.spans {
			s := &c.spans[k]
			if s.to < s.from || k > 0 && c.spans[k-1].to != s.from {
				t.Errorf("%s #%d: spans %+v", c.title(), i, c.spans)
			}
			if s.state == running {
				ran[c.store] += s.to - s.from
			}
		}
	}
	for store, time := range ran {
		if want := r.end - conts[0].begin(); store == 0 && time != want {
			t.Errorf("continuations run for %v of %v", time, want)
		}
	}
	lane, count := lanes(conts)
	ends := make([]time.Duration, count)
	for i := range conts {
		c := &conts[i]
		if c.begin() < ends[lane[i]] {
			t.Errorf("%s #%d begins at %v in lane %d, which is in use until %v", c.title(), i, c.begin(), lane[i],
				ends[lane[i]])
		}
		ends[lane[i]] = c.finish()
	}
}

// text tells what was recorded, a line for each span.
func (r *Recorder) text() string {
	var b strings.Builder
	conts := r.finished()
	lane, _ := lanes(conts)
	for i := range conts {
		c := &conts[i]
		fmt.Fprintf(&b, "#%d %s lane %d maker %d ended %v\n", i, c.title(), lane[i], c.maker, c.ended)
		for k := range c.spans {
			s := &c.spans[k]
			fmt.Fprintf(&b, "  %d-%d %v other %d %s %s\n", s.from.Microseconds(), s.to.Microseconds(), s.state,
				s.other, s.tag, r.where(s.place))
		}
	}
	return b.String()
}

// programs are what TestRecorder records.
var programs = map[string]string{
	"generator": `(module (type $f (func)) (type $k (cont $f)) (tag $yield (param i32))
	  (func $generate (suspend $yield (i32.const 1)) (suspend $yield (i32.const 2)))
	  (elem declare func $generate)
	  (func (export "main") (local $k (ref null $k))
	    (local.set $k (cont.new $k (ref.func $generate)))
	    (loop $next
	      (block $done
	        (block $on (result i32 (ref $k))
	          (resume $k (on $yield $on) (local.get $k))
	          (br $done))
	        (local.set $k) (drop) (br $next)))))`,
	"nested": `(module (type $f (func)) (type $k (cont $f)) (tag $outer) (tag $inner)
	  (func $deep (suspend $outer) (suspend $inner))
	  (func $middle (block $on (result (ref $k)) (resume $k (on $inner $on) (cont.new $k (ref.func $deep))) (return))
	    (drop))
	  (elem declare func $deep $middle)
	  (func (export "main") (local $k (ref null $k))
	    (block $on (result (ref $k)) (resume $k (on $outer $on) (cont.new $k (ref.func $middle))) (return))
	    (resume $k)))`,
	"switch": `(module (rec (type $f (func (param (ref null $k)))) (type $k (cont $f)))
	  (type $g (func)) (type $l (cont $g))
	  (tag $t)
	  (func $second (type $f) (param $back (ref null $k)) (switch $k $t (local.get $back)) (drop))
	  (func $first (param (ref null $k)) (drop (switch $k $t (cont.new $k (ref.func $second)))))
	  (func $begin (call $first (ref.null $k)))
	  (elem declare func $begin $second)
	  (func (export "main") (resume $l (on $t switch) (cont.new $l (ref.func $begin)))))`,
	"trap": `(module (type $f (func)) (type $k (cont $f))
	  (func $inner unreachable)
	  (func $outer (resume $k (cont.new $k (ref.func $inner))))
	  (elem declare func $inner $outer)
	  (func (export "main") (resume $k (cont.new $k (ref.func $outer)))))`,
	"exception": `(module (type $f (func)) (type $k (cont $f)) (tag $e)
	  (func $throws (throw $e))
	  (elem declare func $throws)
	  (func (export "main") (block $h (try_table (catch $e $h)
	    (resume $k (cont.new $k (ref.func $throws)))))
	    (block $h (try_table (catch $e $h) (resume_throw $k $e (cont.new $k (ref.func $throws)))))))`,
	"left": `(module (type $f (func)) (type $k (cont $f)) (tag $e) (global $left (mut (ref null $k)) (ref.null $k))
	  (func $body (suspend $e))
	  (elem declare func $body)
	  (func (export "main")
	    (drop (cont.new $k (ref.func $body)))
	    (global.set $left (block $on (result (ref $k))
	      (resume $k (on $e $on) (cont.new $k (ref.func $body))) (return)))))`,
}

// TestRecorder compares what is recorded of programs with golden files.
func TestRecorder(t *testing.T) {
	for name, source := range programs {
		t.Run(name, func(t *testing.T) {
			r, err := record(t, 0, source)
			if (err != nil) != (name == "trap") {
				t.Error(err)
			}
			golden.Check(t, "testdata/"+name+".txt", r.text())
		})
	}
}

// TestTrace reads the trace as a viewer does.
func TestTrace(t *testing.T) {
	r, err := record(t, 0, programs["nested"])
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := r.WriteTrace(&b); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/nested.json", b.String())
	var trace struct{ TraceEvents []traceEvent }
	if err := json.Unmarshal([]byte(b.String()), &trace); err != nil {
		t.Fatal(err)
	}
	spans := 0
	for _, c := range r.finished() {
		spans += len(c.spans)
	}
	if got := len(trace.TraceEvents); got != spans+1 {
		t.Errorf("%d events for %d spans and a store", got, spans)
	}
}

// TestMost keeps the first events, and counts the others.
func TestMost(t *testing.T) {
	r, err := record(t, 5, programs["generator"])
	if err != nil {
		t.Fatal(err)
	}
	all, _ := record(t, 0, programs["generator"])
	if r.events != 5 || r.events+r.lost != all.events {
		t.Errorf("%d events and %d lost of %d", r.events, r.lost, all.events)
	}
	var b strings.Builder
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%d later events are missing", r.lost); !strings.Contains(b.String(), want) {
		t.Errorf("the page does not say: %s", want)
	}
}

// many makes continuations one after the other, of which each yields some times: about as many events as wanted.
func many(conts, yields int) string {
	return fmt.Sprintf(`(module (type $f (func)) (type $k (cont $f)) (tag $yield (param i32))
	  (func $generate (local $i i32)
	    (loop $l
	      (suspend $yield (local.get $i))
	      (local.set $i (i32.add (local.get $i) (i32.const 1)))
	      (br_if $l (i32.lt_u (local.get $i) (i32.const %d)))))
	  (elem declare func $generate)
	  (func $one (local $k (ref null $k))
	    (local.set $k (cont.new $k (ref.func $generate)))
	    (loop $next
	      (block $done
	        (block $on (result i32 (ref $k))
	          (resume $k (on $yield $on) (local.get $k))
	          (br $done))
	        (local.set $k) (drop) (br $next))))
	  (func (export "main") (local $i i32)
	    (loop $l
	      (call $one)
	      (local.set $i (i32.add (local.get $i) (i32.const 1)))
	      (br_if $l (i32.lt_u (local.get $i) (i32.const %d))))))`, yields, conts)
}

// page is the recording of a program as a page, in a browser.
func showPage(t *testing.T, r *Recorder) *browser.Browser {
	t.Helper()
	var b strings.Builder
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Count(b.String(), "<script") != 2 {
		t.Error("the page has scripts that are not its own")
	}
	return browser.Open(t, []byte(b.String()))
}

// TestPage looks at the page of two nested continuations: what is drawn, and what clicks, keys and searches do.
func TestPage(t *testing.T) {
	r, err := record(t, 0, programs["nested"])
	if err != nil {
		t.Fatal(err)
	}
	b := showPage(t, r)
	b.Want(`document.querySelectorAll("[src], [href], link, img").length`, "0")
	b.Want(`[...document.querySelectorAll("tbody tr td:first-child")].map(e => e.textContent).sort().join()`,
		"deep,middle")
	b.Want(`document.getElementById("room").style.height`, "54px")
	b.Eval(`document.getElementById("search").value = "deep"; document.querySelector("form").requestSubmit()`)
	b.Want(`document.getElementById("found").textContent`, "1 found")
	b.Want(`document.querySelector("#detail h3").textContent`, "deep #2")
	b.Want(`document.querySelectorAll("#detail li").length`, fmt.Sprint(len(r.conts[2].spans)))
	b.Eval(`document.querySelector("#detail dl button").click()`) // who has made it
	b.Want(`document.querySelector("#detail h3").textContent`, "middle #1")
	b.Eval(`document.getElementById("picture").focus()`)
	b.Press("n")
	b.Want(`document.querySelector("#detail [aria-current]").textContent.includes("runs for 2 µs")`, "true")
	drawn := b.Eval(painted).(float64)
	if drawn < 100 {
		t.Errorf("%v painted points", drawn)
	}
}

// painted counts the points of the picture that are not transparent.
const painted = `(() => {
	const c = document.getElementById("lines"), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
	let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i] > 0) n++; return n })()`

// TestNames checks that what comes from a module cannot be anything but text in the page.
func TestNames(t *testing.T) {
	source := strings.ReplaceAll(programs["generator"], "$generate", `$"</script><img src=x onerror=alert(1)>"`)
	r, err := record(t, 0, source)
	if err != nil {
		t.Fatal(err)
	}
	b := showPage(t, r)
	b.Want(`document.querySelectorAll("img").length`, "0")
	b.Want(`document.querySelector("tbody b").textContent`, "</script><img src=x onerror=alert(1)>")
}

// TestMany shows 100,000 events: the page is there, and redraws.
func TestMany(t *testing.T) {
	r, err := record(t, 0, many(2000, 24))
	if err != nil {
		t.Fatal(err)
	}
	if r.events < 100_000 {
		t.Fatalf("only %d events", r.events)
	}
	b := showPage(t, r)
	b.Want(`document.querySelector("tbody td:nth-child(2)").textContent`, "2000")
	b.Eval(`document.getElementById("in").click()`)
	b.Eval(`document.getElementById("search").value = "#1000"; document.querySelector("form").requestSubmit()`)
	b.Want(`document.querySelector("#detail h3").textContent`, "generate #1000")
	if drawn := b.Eval(painted).(float64); drawn < 100 {
		t.Errorf("%v painted points", drawn)
	}
}

// TestStores records two stores, each with lanes of its own.
func TestStores(t *testing.T) {
	r := NewRecorder(0)
	if err := runMain(t, r, programs["generator"], 2); err != nil {
		t.Fatal(err)
	}
	var stores []int
	for _, c := range r.finished() {
		stores = append(stores, c.store)
	}
	if !slices.Equal(stores, []int{0, 0, 1, 1}) {
		t.Errorf("continuations of the stores %v", stores)
	}
}
