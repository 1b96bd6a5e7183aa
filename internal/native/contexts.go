package native

import (
	"sync"
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/store"
)

// A contextPool has contexts that serve one store after the other. They lie outside of Go's heap: of a context, most is
// for calls with hundreds of arguments and never touched, and what is never touched there costs addresses only. They
// never become anything else: a watch that comes late sets a flag in one that means nothing then.
type contextPool struct {
	mu         sync.Mutex
	arena      store.Arena
	warm, cold []*codegen.Context // that nobody uses: with their pages, and without
}

// contextBytes are whole pages. warmContexts is how many that nobody uses keep theirs.
const (
	contextBytes = (unsafe.Sizeof(codegen.Context{}) + codePage - 1) &^ (codePage - 1)
	warmContexts = 64
)

// take returns a context of which all is there that does not depend on the store.
func (p *contextPool) take() *codegen.Context {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.warm); n > 0 {
		c := p.warm[n-1]
		p.warm = p.warm[:n-1]
		return c
	}
	c := p.zero()
	initContext(c)
	return c
}

// zero returns a context of zeros.
func (p *contextPool) zero() *codegen.Context {
	if n := len(p.cold); n > 0 {
		c := p.cold[n-1]
		p.cold = p.cold[:n-1]
		return c
	}
	memory, err := p.arena.Alloc(contextBytes)
	if err != nil {
		memory = unsafe.Pointer(unsafe.SliceData(make([]uint64, contextBytes/8))) // Go may have room
	}
	return (*codegen.Context)(memory)
}

// put ends a store's use of a context.
func (p *contextPool) put(c *codegen.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.warm) < warmContexts {
		p.warm = append(p.warm, c)
		return
	}
	store.GiveBackPages(unsafe.Pointer(c), contextBytes)
	p.cold = append(p.cold, c)
}

// initContext fills in what does not depend on the store.
func initContext(c *codegen.Context) {
	s := &process.stubs
	c.FreshStub, c.HostStub, c.TrapStub, c.GrowStub = s.fresh, s.host, s.trap, s.grow
	c.PollStub, c.PollIntsStub, c.PollKeptStub = s.poll, s.pollInts, s.host
	c.ContNewStub, c.ResumeStub, c.SuspendStub, c.SwitchStub = s.contNew, s.resume, s.suspend, s.switchTo
	c.ResumeThrowStub, c.ContReturnStub, c.AllocStub, c.ArrayStub = s.resumeThrow, s.contReturn, s.alloc, s.array
	c.ReenterStub, c.SuspendToStub, c.SuspendTagStub = s.reenter, s.suspendTo, s.suspendTag
	c.WaitStub, c.NotifyStub = s.wait, s.notify
	c.HostEntry, c.HostCallEntry, c.EntryStub = process.requests, process.calls, s.entry
	c.HostFrame[0] = uintptr(unsafe.Pointer(&c.HostFrame[1]))
	fillClasses(c)
}
