package explore

import (
	"slices"
	"testing"

	"weft/threads"
)

// TestChain finds the one chain that fails, from a list with its instruction, and none where there is none.
func TestChain(t *testing.T) {
	at := func(thread int, site uint32, next int) threads.Deviation {
		return threads.Deviation{Thread: thread, Point: 1, Site: site, Next: next}
	}
	list := []threads.Deviation{{Thread: 1, Point: 2, Next: 4}, at(2, 0x500, 3), at(3, 0x500, 0), at(1, 0x500, 4)}
	want := []threads.Deviation{at(1, 0x500, 2), at(2, 0x500, 3), at(3, 0x500, 4)}
	tried := 0
	found, err := chain(list, func(l []threads.Deviation) (fails, comes bool, err error) {
		tried++
		return slices.Equal(l, want), l[0].Thread != 0 && l[len(l)-1].Thread != 0, nil
	})
	if err != nil || !slices.Equal(found, want) {
		t.Errorf("found %v, %v", found, err)
	}
	const most = 5*4 + 4*4*3 + 4*3*3*2 // of one to three deviations, but of thread 0 only the first that is tried
	if tried > most {
		t.Errorf("%d chains were tried, there are %d", tried, most)
	}
	never := func([]threads.Deviation) (fails, comes bool, err error) { return false, true, nil }
	if found, err := chain(list, never); found != nil || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
}
