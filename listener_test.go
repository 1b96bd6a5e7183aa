package weft_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// A recorder writes calls down.
type recorder struct {
	lines []string
	stack string // of the call of a function named deep
}

func (r *recorder) Before(c *weft.Call) {
	r.lines = append(r.lines, fmt.Sprintf("%s%v %d", c.Frame.FuncName, c.Values, c.Frame.Continuation))
	if c.Frame.FuncName == "deep" {
		stack := c.Stack()
		r.stack = stack.String()
	}
}

func (r *recorder) After(c *weft.Call) {
	line := fmt.Sprintf("%s returns %v", c.Frame.FuncName, c.Values)
	if c.Err != nil {
		line += " and " + c.Err.Error()
	}
	r.lines = append(r.lines, line)
}

// TestListener listens to calls of all kinds.
func TestListener(t *testing.T) {
	const source = `(module $m
	  (type $s (struct (field i32))) (type $f (func)) (type $k (cont $f))
	  (import "env" "host" (func $host (param i32) (result i32 externref)))
	  (import "env" "fails" (func $fails))
	  (tag $e)
	  (func $many (param i32 v128 (ref null $s)) (result i64 (ref null $s) f32)
	    (i64.extend_i32_u (local.get 0)) (local.get 2) (f32.const 1.5))
	  (func $tail (param i32) (result i32) (return_call $id (i32.add (local.get 0) (i32.const 1))))
	  (func $id (param i32) (result i32) (local.get 0))
	  (func $throws (throw $e))
	  (func $deep) (func $body (call $deep)) (elem declare func $body)
	  (func (export "many") (drop (drop (drop (call $many (i32.const 5) (v128.const i64x2 1 2) (struct.new $s (i32.const 7)))))))
	  (func (export "tail") (result i32) (call $tail (i32.const 1)))
	  (func (export "catch") (block $h (try_table (catch_all $h) (call $throws))))
	  (func (export "resume") (resume $k (cont.new $k (ref.func $body))))
	  (func (export "host") (result i32) (drop (call $host (i32.const 3))))
	  (func (export "fails") (call $fails))
	  (func (export "early") (param i32) (result i32) (if (local.get 0) (then (return (i32.const 1)))) (i32.const 2)))`
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Automatic} {
		r := &recorder{}
		engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures).WithExecutor(executor).WithListener(r))
		if err != nil {
			t.Fatal(err)
		}
		failure := errors.New("failure")
		store, in := openOn(t, engine, source, weft.DefaultLimits(), func(_ *weft.Store, l *weft.Linker) {
			if err := l.Wrap("env", "host", func(x int32) (int32, any) { return x + 1, "text" }); err != nil {
				t.Fatal(err)
			}
			if err := l.Wrap("env", "fails", func() error { return failure }); err != nil {
				t.Fatal(err)
			}
		})
		store.SetCollectAlways(true)
		for _, c := range []struct {
			name string
			args []weft.Value
			want string
		}{
			{"many", nil, "many[] 0; many[5 : i32 0x00000000000000020000000000000001 : v128 struct : (ref struct)] 0; " +
				"many returns [5 : i64 struct : (ref struct) 1.5 : f32]; many returns []"},
			{"tail", nil, "tail[] 0; tail[1 : i32] 0; id[2 : i32] 0; id returns [2 : i32]; tail returns [2 : i32]"},
			{"catch", nil, "catch[] 0; throws[] 0; catch returns []"},
			{"resume", nil, "resume[] 0; body[] 1; deep[] 1; deep returns []; body returns []; resume returns []"},
			{"host", nil, "host[] 0; env.host[3 : i32] 0; env.host returns [4 : i32 text : (ref extern)]; host returns [4 : i32]"},
			{"fails", nil, "fails[] 0; env.fails[] 0; env.fails returns [] and failure"},
			{"early", []weft.Value{weft.I32(1)}, "early[1 : i32] 0; early returns [1 : i32]"},
			{"early", []weft.Value{weft.I32(0)}, "early[0 : i32] 0; early returns [2 : i32]"},
		} {
			r.lines = nil
			_, err := in.Func(c.name).Call(context.Background(), c.args...)
			if got := strings.Join(r.lines, "; "); got != c.want || (err != nil) != (c.name == "fails") || err != nil && !errors.Is(err, failure) {
				t.Errorf("%s: %v\n%s\nwant\n%s", c.name, err, got, c.want)
			}
		}
		for _, part := range []string{"m.deep at", "m.body at", "continuation resumed by", "m.resume at"} {
			if !strings.Contains(r.stack, part) {
				t.Errorf("the stack has no %q:\n%s", part, r.stack)
			}
		}
	}
}

// TestNoListener checks that nothing of a listener is left when there is none: the same engine executes natively.
func TestNoListener(t *testing.T) {
	engine, err := weft.NewEngine(weft.NewConfig().WithListener(&recorder{}).WithListener(nil))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []*weft.Engine{engine, plain} {
		if why := compileWith(t, e, []byte(fib)).Interpreted(); (why == nil) != (compileWith(t, plain, []byte(fib)).Interpreted() == nil) {
			t.Errorf("it is interpreted: %v", why)
		}
	}
}
