#include "thread.h"
#include "futex.h"

#include <stdlib.h>
#include <string.h>

enum { mainId = 0x3fffffff }; // greater than that of any other thread

__attribute__((import_module("wasi"), import_name("thread-spawn"))) int host_thread_spawn(struct __pthread *);
void __wasm_init_tls(void *);
_Noreturn void thread_exited(struct __pthread *); // start.s

static struct __pthread first = {.id = mainId};
static _Thread_local struct __pthread *self = &first;

static int running; // threads beside the first that have not ended

// Threads that were detached and have ended, or are about to.
static pthread_mutex_t deadLock = PTHREAD_MUTEX_INITIALIZER;
static struct __pthread *dead;

pthread_t pthread_self(void) { return self; }

int thread_id(void) { return self->id; }

#undef pthread_equal
int pthread_equal(pthread_t a, pthread_t b) { return a == b; }

// reap frees the memory of threads that were detached and have ended.
static void reap(void) {
	pthread_mutex_lock(&deadLock);
	for (struct __pthread **p = &dead; *p;) {
		struct __pthread *t = *p;
		if (load(&t->done)) {
			*p = t->nextDead;
			free(t->memory);
		} else {
			p = &t->nextDead;
		}
	}
	pthread_mutex_unlock(&deadLock);
}

static size_t align(size_t n, size_t to) { return (n + to - 1) & -to; }

// make allocates a thread with a stack of some size.
static struct __pthread *make(size_t stackSize) {
	size_t alignment = __builtin_wasm_tls_align();
	if (alignment < 16)
		alignment = 16;
	size_t locals = align(stackSize, alignment);
	size_t at = align(locals + __builtin_wasm_tls_size(), 16);
	char *memory = aligned_alloc(alignment, align(at + sizeof(struct __pthread), alignment));
	if (!memory)
		return 0;
	struct __pthread *t = (struct __pthread *)(memory + at);
	memset(t, 0, sizeof *t);
	t->memory = memory;
	t->locals = memory + locals;
	t->stack = (int *)t->locals;
	return t;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *argument) {
	size_t stackSize = defaultStack;
	int detachState = PTHREAD_CREATE_JOINABLE;
	if (attr) {
		pthread_attr_getstacksize(attr, &stackSize);
		pthread_attr_getdetachstate(attr, &detachState);
	}
	if (load((int *)&dead))
		reap();
	struct __pthread *t = make(stackSize);
	if (!t)
		return EAGAIN;
	t->start = start;
	t->argument = argument;
	t->fate = detachState == PTHREAD_CREATE_DETACHED ? detached : joinable;
	*thread = t; // before the thread runs, which may look at it
	add(&running, 1);
	if (host_thread_spawn(t) < 0) {
		add(&running, -1);
		free(t->memory);
		return EAGAIN;
	}
	return 0;
}

// finish ends what the running thread does in C. Its memory belongs to somebody else as soon as it is done, which
// the caller says.
static void finish(struct __pthread *t, void *result) {
	while (t->cleanup) {
		struct pthread_cleanup *c = t->cleanup;
		t->cleanup = c->next;
		c->run(c->argument);
	}
	run_destructors(t);
	t->result = result;
	if (exchange(&t->fate, ended) == detached) {
		pthread_mutex_lock(&deadLock);
		t->nextDead = dead;
		store((int *)&dead, (int)t);
		pthread_mutex_unlock(&deadLock);
	}
	if (add(&running, -1) == 1)
		wake(&running, INT_MAX);
}

// begin is not part of thread_main, which would look for thread-local variables before they are there.
__attribute__((noinline)) static void begin(int id, struct __pthread *t) {
	self = t;
	t->id = id;
	finish(t, t->start(t->argument));
}

// thread_main is what a thread does between its first and its last instructions.
void thread_main(int id, struct __pthread *t) {
	__wasm_init_tls(t->locals);
	begin(id, t);
}

_Noreturn void pthread_exit(void *result) {
	struct __pthread *t = self;
	if (t != &first) {
		finish(t, result);
		thread_exited(t);
	}
	add(&running, 1); // so that finish does not take it for the last
	finish(t, result);
	store(&t->done, 1);
	wake(&t->done, INT_MAX);
	for (int n; (n = load(&running)) != 0;)
		wait(&running, n);
	exit(0);
}

// collect takes the result of a thread that is done, and its memory.
static int collect(pthread_t t, void **result) {
	if (result)
		*result = t->result;
	if (t != &first)
		free(t->memory);
	return 0;
}

int pthread_timedjoin_np(pthread_t t, void **result, const struct timespec *until) {
	if (t == self)
		return EDEADLK;
	pthread_testcancel();
	while (!load(&t->done)) {
		int failed = wait_until(&t->done, 0, CLOCK_REALTIME, until);
		if (failed)
			return failed;
	}
	return collect(t, result);
}

int pthread_join(pthread_t t, void **result) {
	if (t == self)
		return EDEADLK;
	pthread_testcancel();
	while (!load(&t->done))
		wait(&t->done, 0);
	return collect(t, result);
}

int pthread_tryjoin_np(pthread_t t, void **result) { return load(&t->done) ? collect(t, result) : EBUSY; }

int pthread_detach(pthread_t t) {
	switch (cas(&t->fate, joinable, detached)) {
	case joinable:
		return 0;
	case ended:
		return pthread_join(t, 0);
	}
	return EINVAL;
}

void pthread_cleanup_enter(struct pthread_cleanup *c) {
	c->next = self->cleanup;
	self->cleanup = c;
}

void pthread_cleanup_leave(struct pthread_cleanup *c, int run) {
	self->cleanup = c->next;
	if (run)
		c->run(c->argument);
}

int pthread_cancel(pthread_t t) {
	store(&t->cancelled, 1);
	return 0;
}

void pthread_testcancel(void) {
	if (self->cancelState == PTHREAD_CANCEL_ENABLE && load(&self->cancelled)) {
		self->cancelState = PTHREAD_CANCEL_DISABLE;
		pthread_exit(PTHREAD_CANCELED);
	}
}

int pthread_setcancelstate(int state, int *old) {
	if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
		return EINVAL;
	if (old)
		*old = self->cancelState;
	self->cancelState = state;
	return 0;
}

int pthread_setcanceltype(int type, int *old) {
	if (old)
		*old = PTHREAD_CANCEL_DEFERRED;
	return type == PTHREAD_CANCEL_DEFERRED ? 0 : EINVAL;
}

int pthread_yield(void) { return sched_yield(); }

int pthread_getconcurrency(void) { return 0; }

int pthread_setconcurrency(int level) { return level < 0 ? EINVAL : 0; }

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void)) { return 0; } // nothing forks
