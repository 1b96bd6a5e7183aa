package wasi

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"weft"
)

var noContext context.Context

// TestConfigMisuse gives guests what is not there: Define says so.
func TestConfigMisuse(t *testing.T) {
	for says, c := range map[string]Config{
		"standard input":        NewConfig().WithStdin(nil),
		"standard output":       NewConfig().WithStdout(nil),
		"standard error output": NewConfig().WithStderr(nil),
		"clock":                 NewConfig().WithClock(nil),
		"source of randomness":  NewConfig().WithRandom(nil),
		"directory /a is nil":   NewConfig().WithDir("/a", nil),
		"directory /b is nil":   NewConfig().WithReadOnlyDir("/b", nil),
		"directory /c is nil":   NewConfig().WithFS("/c", nil),
		"listener is nil":       NewConfig().WithListener(net.Listener(nil)),
		"zero Config":           {},
		"there is no":           NewConfig(),
	} {
		for _, l := range []*weft.Linker{nil, weft.NewLinker(nil)} {
			if _, err := c.Define(l); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("error %v, want %q", err, says)
			}
		}
	}
}

// TestSystemMisuse calls what is not there.
func TestSystemMisuse(t *testing.T) {
	g, ctx := newGuest(t, NewConfig()), context.Background()
	call := func(ctx context.Context, in *weft.Instance, f *weft.Func) error {
		_, err := g.system.Call(ctx, in, f)
		return err
	}
	yield := g.in.Func("sched_yield")
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"Call without a context":       {call(noContext, g.in, yield), "context is nil"},
		"Call without an instance":     {call(ctx, nil, yield), "no instance"},
		"Call without a function":      {call(ctx, g.in, nil), "no function"},
		"Start without a context":      {g.system.Start(noContext, g.in), "context is nil"},
		"Start without an instance":    {g.system.Start(ctx, nil), "no instance"},
		"Start of nothing":             {g.system.Start(ctx, g.in), "neither _start nor _initialize"},
		"Initialize without a context": {g.system.Initialize(noContext, g.in), "context is nil"},
		"Initialize of nothing":        {g.system.Initialize(ctx, nil), "no instance"},
		"memories of nothing":          {g.system.DefineMemories(weft.NewLinker(g.system.main.store), nil), "no module"},
		"memories for nobody":          {g.system.DefineMemories(nil, g.in.Module()), "no linker"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.says) {
			t.Errorf("%s: error %v, want %q", name, c.err, c.says)
		}
	}
	check(t, call(ctx, g.in, yield))
	if n, err := NewInput(nil).Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("an Input of nothing: %d, %v", n, err)
	}
}

// TestClosedSystem closes a System while its guest uses it from another goroutine, and uses it afterwards.
func TestClosedSystem(t *testing.T) {
	root, _ := tempRoot(t)
	r, w := io.Pipe()
	defer w.Close()
	g := newGuest(t, NewConfig().WithDir("/", root).WithStdin(r))
	var group sync.WaitGroup
	begun := make(chan struct{})
	group.Go(func() {
		p := g.path("f")
		errno := success
		for round := 0; errno != eBadF; round++ {
			if round == 1 {
				close(begun)
			}
			errno = g.call("path_open", 3, 0, p[0], p[1], openCreate, readWrite, rights(0), 0, result)
			g.call("fd_write", g.u32(result), g.vector(buffer, 8), 1, result)
			g.call("fd_close", g.u32(result))
			g.call("fd_readdir", 3, buffer, 100, 0, result)
			g.next = 1 << 16
			p = g.path("f")
		}
	})
	<-begun
	check(t, g.system.Close())
	group.Wait()
	g.want(eBadF, "fd_read", 0, g.vector(buffer, 1), 1, result)
	g.want(eBadF, "fd_renumber", 0, 1)
	g.want(eBadF, "fd_close", 3)
	check(t, g.system.Close())
}
