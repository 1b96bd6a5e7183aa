package main

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"weft"
)

// A traceFlag chooses what is traced.
type traceFlag struct{ calls, wasi bool }

// String implements pflag.Value.
func (t *traceFlag) String() string {
	var names []string
	if t.calls {
		names = append(names, "calls")
	}
	if t.wasi {
		names = append(names, "wasi")
	}
	return strings.Join(names, ",")
}

// Set implements pflag.Value.
func (t *traceFlag) Set(list string) error {
	for name := range strings.SplitSeq(list, ",") {
		switch name {
		case "calls":
			t.calls = true
		case "wasi":
			t.wasi = true
		default:
			return fmt.Errorf("want calls, wasi or calls,wasi, found %q", name)
		}
	}
	return nil
}

// Type implements pflag.Value.
func (t *traceFlag) Type() string { return "what" }

// A callTracer writes a line for the beginning and for the end of each call, indented by its depth. Stores of
// threads share one.
type callTracer struct {
	mu    sync.Mutex
	w     io.Writer
	depth map[*weft.Store]int // of what is called next: known exactly whenever a guest function begins or ends
}

func newCallTracer(w io.Writer) *callTracer { return &callTracer{w: w, depth: map[*weft.Store]int{}} }

// deepest is how far lines are indented at most.
const deepest = 40

// Before implements [weft.Listener].
func (t *callTracer) Before(c *weft.Call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !isHost(c) {
		t.depth[c.Store] = active(c)
	}
	host := ""
	if isHost(c) {
		host = " (host)"
	}
	fmt.Fprintf(t.w, "%s%s(%s)%s\n", t.indent(c.Store), functionName(c.Frame), valuesText(c.Values), host)
	t.depth[c.Store]++
}

// After implements [weft.Listener].
func (t *callTracer) After(c *weft.Call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !isHost(c) {
		t.depth[c.Store] = active(c)
	} else {
		t.depth[c.Store]--
	}
	switch indent, name := t.indent(c.Store), functionName(c.Frame); {
	case c.Err != nil:
		fmt.Fprintf(t.w, "%s%s fails: %v\n", indent, name, c.Err)
	case len(c.Values) > 0:
		fmt.Fprintf(t.w, "%s%s = %s\n", indent, name, valuesText(c.Values))
	default:
		fmt.Fprintf(t.w, "%s%s returns\n", indent, name)
	}
}

func (t *callTracer) indent(s *weft.Store) string {
	return strings.Repeat("  ", max(0, min(t.depth[s], deepest)))
}

func isHost(c *weft.Call) bool { return c.Frame.FuncIndex < 0 }

// active returns how many calls are around one of a guest function.
func active(c *weft.Call) int {
	stack := c.Stack()
	return len(stack.Frames) + stack.Omitted - 1
}

func functionName(f weft.Frame) string {
	name := demangled(f.FuncName)
	if name == "" {
		name = fmt.Sprintf("func[%d]", f.FuncIndex)
	}
	if f.Module != "" {
		return f.Module + "." + name
	}
	return name
}

func valuesText(values []weft.Value) string {
	var texts []string
	for _, v := range values {
		texts = append(texts, formatResult(v))
	}
	return strings.Join(texts, ", ")
}
