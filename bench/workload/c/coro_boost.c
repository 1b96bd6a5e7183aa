/* Coroutines by boost.context: stacks from the heap, switched by a few instructions
 * of assembly. The programs include this file, so that resuming and yielding are
 * inlined, as they are with Boost's own interface in C++: a return behind a switch is
 * one that the processor predicts wrongly. */
#include "coro.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

typedef void *fcontext;
typedef struct {
	fcontext from;
	void *data;
} transfer;

/* The C interface beneath boost.context. */
extern transfer jump_fcontext(fcontext to, void *data);
extern fcontext make_fcontext(void *top, size bytes, void (*f)(transfer));

struct coro {
	fcontext self;    /* where it goes on, while it does not run */
	fcontext resumer; /* where its resumer goes on, while it runs */
	coro *parent;     /* the coroutine that resumed it; or the next free one */
	coro_func func;
	i64 arg, value;
	i32 done;
};

/* The descriptor lies at the top of its stack. 4 KiB are enough for these programs
 * and let a million of them live at once; there is no guard page. */
enum { STACK = 4096 };

static coro *running;

/* Jumps, and has the context that is left stored in *left. */
static inline void jump(fcontext to, fcontext *left) {
	transfer t = jump_fcontext(to, left);
	*(fcontext *)t.data = t.from;
}

i64 coro_resume(coro *c, i64 value) {
	c->parent = running;
	running = c;
	c->value = value;
	jump(c->self, &c->resumer);
	c = running; /* another one, after a switch */
	running = c->parent;
	return c->value;
}

i64 coro_yield(i64 value) {
	coro *c = running;
	c->value = value;
	jump(c->resumer, &c->self);
	return c->value;
}

i64 coro_switch(coro *to, i64 value) {
	coro *c = running;
	to->parent = c->parent;
	to->resumer = c->resumer;
	to->value = value;
	running = to;
	jump(to->self, &c->self);
	return c->value;
}

coro *coro_self(void) { return running; }

static void entry(transfer t) {
	*(fcontext *)t.data = t.from;
	coro *c = running;
	c->value = c->func(c->arg);
	c->done = 1;
	fcontext dead;
	jump(c->resumer, &dead);
}

i32 coro_done(const coro *c) { return c->done; }

static char *slab_at, *slab_end;

void *allocate(size bytes) {
	bytes = (bytes + 15) & ~(size)15;
	if ((size)(slab_end - slab_at) < bytes) {
		size slab = bytes > (64 << 20) ? bytes : 64 << 20;
		slab_at = mmap(0, slab, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (slab_at == MAP_FAILED) {
			perror("mmap");
			exit(1);
		}
		slab_end = slab_at + slab;
	}
	void *at = slab_at;
	slab_at += bytes;
	return at;
}

static coro *freed;
static u32 colour;

coro *coro_new(coro_func f, i64 arg, size space) {
	(void)space;
	coro *c = freed;
	if (c) {
		freed = c->parent;
	} else {
		/* Tops at equal offsets in their pages would collide in the cache. */
		char *stack = allocate(STACK);
		c = (coro *)(stack + STACK - 64 - 64 * (colour++ % 16));
	}
	c->self = make_fcontext(c, STACK - 64 * 17, entry);
	c->func = f;
	c->arg = arg;
	c->done = 0;
	return c;
}

void coro_free(coro *c) {
	c->parent = freed;
	freed = c;
}
