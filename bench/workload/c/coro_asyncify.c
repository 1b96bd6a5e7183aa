/* Coroutines by Asyncify: wasm-opt rewrites the functions that may be on the stack
 * of a yield so that they can return to the resumer while saving their locals
 * (unwind), and later be called again to where they were (rewind).
 *
 * Programs whose coroutines take addresses of locals would also need to switch the
 * stack of C's own that lies in the linear memory. These here do not, so that the
 * figures are Asyncify's best. */
#include "coro.h"

/* The buffer that Asyncify fills: where it is, and where it ends. */
typedef struct {
	char *at, *end;
} buffer;

struct coro {
	buffer frames;
	coro *link; /* in the list of those that are free */
	coro_func func;
	i64 value; /* what goes in or comes out */
	i32 done, started;
	size class; /* the size of the buffer in steps of 64 bytes */
	char space[];
};

#define ASYNCIFY(name) __attribute__((import_module("asyncify"), import_name(#name)))
ASYNCIFY(start_unwind) void start_unwind(buffer *);
ASYNCIFY(stop_unwind) void stop_unwind(void);
ASYNCIFY(start_rewind) void start_rewind(buffer *);
ASYNCIFY(stop_rewind) void stop_rewind(void);

static coro *running;
static coro *next; /* to run in place of the one that unwinds */
static i32 rewinding;

i64 NOINLINE coro_resume(coro *c, i64 value) {
	coro *resumer = running;
	for (;;) {
		running = c;
		if (c->started) {
			c->value = value;
			rewinding = 1;
			start_rewind(&c->frames);
		} else {
			c->started = 1;
			value = c->value;
		}
		i64 result = c->func(value);
		if (c->frames.at == c->space) { /* nothing was saved: it has returned */
			c->done = 1;
			running = resumer;
			return result;
		}
		stop_unwind();
		value = c->value;
		if (!next)
			break;
		c = next;
		next = 0;
	}
	running = resumer;
	return value;
}

i64 NOINLINE coro_yield(i64 value) {
	coro *c = running;
	if (rewinding) {
		rewinding = 0;
		stop_rewind();
		return c->value;
	}
	c->value = value;
	start_unwind(&c->frames);
	return 0;
}

/* Not from coro_yield: the function that starts to unwind must be the last frame
 * that Asyncify does not save. */
i64 NOINLINE coro_switch(coro *to, i64 value) {
	coro *c = running;
	if (rewinding) {
		rewinding = 0;
		stop_rewind();
		return c->value;
	}
	next = to;
	c->value = value;
	start_unwind(&c->frames);
	return 0;
}

coro *coro_self(void) { return running; }

i32 coro_done(const coro *c) { return c->done; }

/* Memory: a pointer that moves up, and lists of what has been freed by size. */
extern char __heap_base;
static char *top = &__heap_base;
#define CLASSES 256
static coro *freed[CLASSES];

void *allocate(size bytes) {
	char *at = top;
	top += (bytes + 15) & ~(size)15;
	size have = __builtin_wasm_memory_size(0) << 16;
	if ((size)top > have) {
		size want = ((size)top - have + 0xffff) >> 16;
		size more = want > 256 ? want : 256;
		if (__builtin_wasm_memory_grow(0, more) == (size)-1)
			__builtin_trap();
	}
	return at;
}

coro *coro_new(coro_func f, i64 arg, size space) {
	size class = (space + 63) / 64;
	coro *c = freed[class];
	if (c)
		freed[class] = c->link;
	else
		c = allocate(sizeof(coro) + class * 64);
	c->frames.at = c->space;
	c->frames.end = c->space + class * 64;
	c->func = f;
	c->value = arg;
	c->done = c->started = 0;
	c->class = class;
	return c;
}

void coro_free(coro *c) {
	c->link = freed[c->class];
	freed[c->class] = c;
}
