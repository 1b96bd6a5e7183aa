package weft_test

import (
	"context"
	"fmt"
	"math/rand"
	"testing"

	"weft"
)

// graph is a guest whose state is a table of nodes. A node has a number, two
// edges to nodes, and an edge to a continuation; a continuation has, on its
// stack only, one node.
const graph = `(module
  (rec
    (type $node (struct (field $id i32) (field $a (mut (ref null $node))) (field $b (mut (ref null $node)))
                        (field $k (mut (ref null $k)))))
    (type $f (func (result (ref null $node))))
    (type $k (cont $f)))
  (type $start (func (param (ref null $node)) (result (ref null $node)))) (type $ks (cont $start))
  (tag $pause)
  (table $t 64 (ref null $node))
  (elem declare func $hold)
  (func $hold (type $start) (param $n (ref null $node)) (result (ref null $node))
    (suspend $pause) (local.get $n))
  (func (export "new") (param $i i32) (param $id i32)
    (table.set $t (local.get $i)
      (struct.new $node (local.get $id) (ref.null $node) (ref.null $node) (ref.null $k))))
  (func (export "clear") (param $i i32) (table.set $t (local.get $i) (ref.null $node)))
  (func (export "copy") (param $i i32) (param $j i32)
    (table.set $t (local.get $i) (table.get $t (local.get $j))))
  (func (export "a") (param $i i32) (param $j i32)
    (struct.set $node $a (table.get $t (local.get $i)) (table.get $t (local.get $j))))
  (func (export "b") (param $i i32) (param $j i32)
    (struct.set $node $b (table.get $t (local.get $i)) (table.get $t (local.get $j))))
  (func (export "go-a") (param $i i32)
    (table.set $t (local.get $i) (struct.get $node $a (table.get $t (local.get $i)))))
  (func (export "go-b") (param $i i32)
    (table.set $t (local.get $i) (struct.get $node $b (table.get $t (local.get $i)))))
  ;; Makes a continuation that holds node j, suspends it, and lets node i have it.
  ;; Half of them hold the node as a bound argument of a fresh continuation.
  (func (export "suspend") (param $i i32) (param $j i32) (local $k (ref null $k))
    (local.set $k (cont.bind $ks $k (table.get $t (local.get $j)) (cont.new $ks (ref.func $hold))))
    (if (i32.and (local.get $j) (i32.const 1))
      (then
        (block $paused (result (ref $k))
          (drop (resume $k (on $pause $paused) (local.get $k)))
          (unreachable))
        (local.set $k)))
    (struct.set $node $k (table.get $t (local.get $i)) (local.get $k)))
  ;; Lets the continuation of node i go on, and puts its node into place i.
  (func (export "resume") (param $i i32) (local $k (ref null $k))
    (local.set $k (struct.get $node $k (table.get $t (local.get $i))))
    (struct.set $node $k (table.get $t (local.get $i)) (ref.null $k))
    (loop $again
      (block $paused (result (ref $k))
        (table.set $t (local.get $i) (resume $k (on $pause $paused) (local.get $k)))
        (return))
      (local.set $k)
      (br $again)))
  (func (export "id") (param $i i32) (result i32)
    (if (ref.is_null (table.get $t (local.get $i))) (then (return (i32.const -1))))
    (struct.get $node $id (table.get $t (local.get $i))))
  (func (export "has-k") (param $i i32) (result i32)
    (i32.eqz (ref.is_null (struct.get $node $k (table.get $t (local.get $i)))))))`

// node is the model of a node.
type node struct {
	id   int32
	a, b *node
	k    *node // what the continuation holds
	hasK bool
}

// TestCollectorAgainstModel does random things to the graph and to a model of it:
// what must be alive is alive and unchanged, and in the end, when nothing is
// referred to any more, everything is reclaimed.
func TestCollectorAgainstModel(t *testing.T) {
	for _, always := range []bool{false, true} {
		for seed := range int64(4) {
			t.Run(fmt.Sprintf("always=%v/seed=%d", always, seed), func(t *testing.T) {
				stressGraph(t, always, rand.New(rand.NewSource(seed)))
			})
		}
	}
}

func stressGraph(t *testing.T, always bool, random *rand.Rand) {
	store, in := newInstance(t, graph, func(l *weft.Limits) { l.HeapBytes = 1 << 20 })
	store.SetCollectAlways(always)
	do := func(name string, args ...int) int32 {
		values := make([]weft.Value, len(args))
		for i, a := range args {
			values[i] = weft.I32(int32(a))
		}
		results, err := in.Func(name).Call(context.Background(), values...)
		if err != nil {
			t.Fatalf("%s%v: %v", name, args, err)
		}
		if len(results) == 0 {
			return 0
		}
		return results[0].I32()
	}
	const places = 64
	var model [places]*node
	for step := range 20_000 {
		i, j := random.Intn(places), random.Intn(places)
		switch random.Intn(12) {
		case 0, 1, 2:
			do("new", i, step)
			model[i] = &node{id: int32(step)}
		case 3:
			do("clear", i)
			model[i] = nil
		case 4:
			do("copy", i, j)
			model[i] = model[j]
		case 5, 6:
			if model[i] != nil {
				do("a", i, j)
				model[i].a = model[j]
			}
		case 7:
			if model[i] != nil {
				do("b", i, j)
				model[i].b = model[j]
			}
		case 8:
			if model[i] != nil {
				do("go-a", i)
				model[i] = model[i].a
			}
		case 9:
			if model[i] != nil {
				do("go-b", i)
				model[i] = model[i].b
			}
		case 10:
			if model[i] != nil {
				do("suspend", i, j)
				model[i].k, model[i].hasK = model[j], true
			}
		case 11:
			if model[i] != nil && model[i].hasK {
				do("resume", i)
				held := model[i].k
				model[i].k, model[i].hasK = nil, false
				model[i] = held
			}
		}
		want := int32(-1)
		if model[i] != nil {
			want = model[i].id
			if got := do("has-k", i); got != 0 != model[i].hasK {
				t.Fatalf("step %d: has-k(%d) = %d", step, i, got)
			}
		}
		if got := do("id", i); got != want {
			t.Fatalf("step %d: place %d has node %d, want %d", step, i, got, want)
		}
	}
	if store.Stats().Collections == 0 {
		store.Collect()
	}
	for i := range places {
		do("clear", i)
	}
	store.Collect()
	if s := store.Stats(); s.HeapBytes != 0 || s.Continuations != 0 {
		t.Errorf("in the end there are %d bytes of objects and %d continuations", s.HeapBytes, s.Continuations)
	}
}
