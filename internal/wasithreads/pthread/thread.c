#include "thread.h"
#include "cancel.h"
#include "futex.h"

#include <stdlib.h>
#include <string.h>

enum { mainId = 0x3fffffff }; // greater than that of any other thread

__attribute__((import_module("wasi"), import_name("thread-spawn"))) int host_thread_spawn(struct __pthread *);
void __wasm_init_tls(void *);
_Noreturn void thread_exited(struct __pthread *); // start.s

static struct __pthread first = {.id = mainId, .known = &first};
static _Thread_local struct __pthread *self = &first;

static int running; // threads beside the first that have not ended

// Threads that were detached and have ended, or are about to.
static pthread_mutex_t deadLock = PTHREAD_MUTEX_INITIALIZER;
static struct __pthread *dead;

pthread_t pthread_self(void) { return self; }

int thread_id(void) { return self->id; }

#undef pthread_equal
int pthread_equal(pthread_t a, pthread_t b) { return a == b; }

// drop frees a thread. Its memory may still be looked at by who knows no better than to join it twice.
static void drop(struct __pthread *t) {
	t->known = 0;
	free(t->memory);
}

// reap frees the memory of threads that were detached and have ended.
static void reap(void) {
	pthread_mutex_lock(&deadLock);
	for (struct __pthread **p = &dead; *p;) {
		struct __pthread *t = *p;
		if (load(&t->done)) {
			*p = t->nextDead;
			drop(t);
		} else {
			p = &t->nextDead;
		}
	}
	pthread_mutex_unlock(&deadLock);
}

static size_t align(size_t n, size_t to) { return (n + to - 1) & -to; }

// make allocates a thread with a stack of some size, which the program may have given.
static struct __pthread *make(char *stack, size_t stackSize) {
	size_t alignment = __builtin_wasm_tls_align();
	if (alignment < 16)
		alignment = 16;
	size_t locals = stack ? 0 : align(stackSize, alignment);
	size_t at = align(locals + __builtin_wasm_tls_size(), 16);
	char *memory = aligned_alloc(alignment, align(at + sizeof(struct __pthread), alignment));
	if (!memory)
		return 0;
	struct __pthread *t = (struct __pthread *)(memory + at);
	memset(t, 0, sizeof *t);
	t->memory = memory;
	t->known = t;
	t->locals = memory + locals;
	t->stack = (int *)(stack ? stack + stackSize : t->locals);
	return t;
}

// scheduling tells why a thread may not be scheduled as its attributes say.
static int scheduling(const pthread_attr_t *attr) {
	int inherit, policy;
	struct sched_param p;
	pthread_attr_getinheritsched(attr, &inherit);
	pthread_attr_getschedpolicy(attr, &policy);
	pthread_attr_getschedparam(attr, &p);
	return inherit == PTHREAD_EXPLICIT_SCHED ? may_schedule(policy, p.sched_priority) : 0;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *argument) {
	void *stack = 0;
	size_t stackSize = defaultStack;
	int detachState = PTHREAD_CREATE_JOINABLE;
	if (attr) {
		int failed = scheduling(attr);
		if (failed)
			return failed;
		pthread_attr_getstack(attr, &stack, &stackSize);
		pthread_attr_getdetachstate(attr, &detachState);
	}
	if (load((int *)&dead))
		reap();
	struct __pthread *t = make(stack, stackSize);
	if (!t)
		return EAGAIN;
	t->start = start;
	t->argument = argument;
	t->taken = detachState == PTHREAD_CREATE_DETACHED;
	t->fate = t->taken ? detached : joinable;
	*thread = t; // before the thread runs, which may look at it
	add(&running, 1);
	if (host_thread_spawn(t) < 0) {
		add(&running, -1);
		drop(t);
		return EAGAIN;
	}
	return 0;
}

// finish ends what the running thread does in C. Its memory belongs to somebody else as soon as it is done, which
// the caller says.
static void finish(struct __pthread *t, void *result) {
	t->cancelState = PTHREAD_CANCEL_DISABLE; // it ends already
	while (t->cleanup) {
		struct pthread_cleanup *c = t->cleanup;
		t->cleanup = c->next;
		c->run(c->argument);
	}
	run_destructors(t);
	t->result = result;
	await_cancel(t);
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

// claim makes a thread the caller's to join or detach, which can be done once.
static int claim(pthread_t t) {
	if (!known(t))
		return ESRCH;
	return cas(&t->taken, 0, 1) ? EINVAL : 0;
}

// collect takes the result of a thread that is done, and its memory.
static int collect(pthread_t t, void **result) {
	if (result)
		*result = t->result;
	if (t != &first)
		drop(t);
	return 0;
}

int pthread_timedjoin_np(pthread_t t, void **result, const struct timespec *until) {
	if (t == self)
		return EDEADLK;
	pthread_testcancel();
	int failed = claim(t);
	if (failed)
		return failed;
	while (!load(&t->done)) {
		failed = wait_or_cancel(&t->done, 0, CLOCK_REALTIME, until);
		if (failed) {
			store(&t->taken, 0);
			pthread_testcancel();
			return failed;
		}
	}
	return collect(t, result);
}

int pthread_join(pthread_t t, void **result) { return pthread_timedjoin_np(t, result, 0); }

int pthread_tryjoin_np(pthread_t t, void **result) {
	if (known(t) && !load(&t->done))
		return load(&t->taken) ? EINVAL : EBUSY;
	int failed = claim(t);
	return failed ? failed : collect(t, result);
}

int pthread_detach(pthread_t t) {
	int failed = claim(t);
	if (failed || exchange(&t->fate, detached) == joinable)
		return failed;
	while (!load(&t->done)) // it has ended, or is about to, and leaves its memory
		wait(&t->done, 0);
	return collect(t, 0);
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

int pthread_yield(void) { return sched_yield(); }

int pthread_getconcurrency(void) { return 0; }

int pthread_setconcurrency(int level) { return level < 0 ? EINVAL : 0; }

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void)) { return 0; } // nothing forks
