package store

import "testing"

// A steps is a walker over calls that are numbers, from 0 on.
type steps struct {
	at, total int
	cont      *ContRecord
}

func (w *steps) Next() bool {
	w.at++
	return w.at < w.total
}

func (w *steps) Describe() Frame { return Frame{FuncIndex: w.at} }

func (w *steps) Running() (*ContRecord, bool) { return w.cont, false }

// TestTraceHasBothEnds takes traces of stacks of several depths.
func TestTraceHasBothEnds(t *testing.T) {
	s := newStore(t, nil)
	for _, total := range []int{1, 2, maxFrames, maxFrames + 1, lookInterval, lookInterval + 1, 2 * lookInterval, 2*lookInterval + 1, 50_000} {
		trace := TraceFrom(s, steps{total: total, cont: s.Conts.At(0)})
		if want := min(total, maxFrames); len(trace.Frames) != want || trace.Omitted != total-want {
			t.Fatalf("of %d frames there are %d, and %d are omitted", total, len(trace.Frames), trace.Omitted)
		}
		for i, f := range trace.Frames {
			want := i
			if i >= maxFrames/2 {
				want = total - len(trace.Frames) + i
			}
			if f.FuncIndex != want {
				t.Fatalf("of %d frames number %d is %d, want %d", total, i, f.FuncIndex, want)
			}
		}
	}
}
