package store

import (
	"testing"

	"weft/wasm"
)

// datasAt returns active segments of one memory, of a size each.
func datasAt(size int, offsets ...int) []wasm.Data {
	list := make([]wasm.Data, len(offsets))
	for i, at := range offsets {
		body := []byte{0x41} // i32.const
		for ; at > 63; at >>= 7 {
			body = append(body, byte(at)|0x80)
		}
		list[i] = wasm.Data{Mode: wasm.Active, OffsetPos: wasm.ConstExpr{Body: append(body, byte(at), 0x0b)}, Bytes: make([]byte, size)}
	}
	return list
}

// TestDenseDatas checks up to where segments are taken to fill memory: each page below must get something.
func TestDenseDatas(t *testing.T) {
	otherMemory := datasAt(10, 0, 10)
	otherMemory[1].Memory = 1
	passive := datasAt(10, 0, 10)
	passive[1] = wasm.Data{Bytes: make([]byte, 10)}
	for name, c := range map[string]struct {
		list []wasm.Data
		end  uint64
	}{
		"in a row":            {datasAt(10, 100, 110, 120), 130},
		"with small gaps":     {datasAt(10, 100, 4000, 8000), 8010},
		"with a large gap":    {datasAt(10, 100, 4000, 8106), 4010},
		"downwards":           {datasAt(10, 5000, 5010, 100), 5020},
		"onto each other":     {datasAt(10, 100, 105), 110},
		"of another memory":   {otherMemory, 10},
		"a passive one":       {passive, 10},
		"more than a stretch": {datasAt(stretchBytes+1, 100), 100 + stretchBytes},
		"an offset that is not known": {[]wasm.Data{{Mode: wasm.Active, Bytes: make([]byte, 10),
			OffsetPos: wasm.ConstExpr{Body: []byte{0x23, 0, 0x0b}}}}, 0},
	} {
		if end := denseDatas(c.list); end != c.end {
			t.Errorf("%s: up to %d, want %d", name, end, c.end)
		}
	}
}

// TestArenaPopulate fills an arena whose chunks are large, in pieces that do not fit its steps.
func TestArenaPopulate(t *testing.T) {
	var a Arena
	defer a.Release()
	total := uintptr(0)
	for size := uintptr(1000); total < 8*largeChunk; size = size*3%100_000 + 16 {
		p, err := a.Alloc(size)
		if err != nil {
			t.Fatal(err)
		}
		*(*byte)(p) = 1 // it is there
		total += size
		if a.ready != 0 && (a.ready < a.next || a.ready > a.next+a.left) {
			t.Fatalf("pages are ready up to %#x, %#x is handed out, the chunk ends at %#x", a.ready, a.next, a.next+a.left)
		}
	}
	if a.ready == 0 {
		t.Error("no chunk is large")
	}
}
