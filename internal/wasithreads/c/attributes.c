// Attributes keep what they are given, and do not take what there is not.
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>

// SHARED tries the attribute of sharing that four kinds of attributes have.
#define SHARED(kind) \
	do { \
		pthread_##kind##_t a; \
		int is = 99; \
		CHECK(pthread_##kind##_init(&a) == 0); \
		CHECK(pthread_##kind##_getpshared(&a, &is) == 0 && is == PTHREAD_PROCESS_PRIVATE); \
		CHECK(pthread_##kind##_setpshared(&a, PTHREAD_PROCESS_SHARED) == 0); \
		CHECK(pthread_##kind##_setpshared(&a, -100) == EINVAL); \
		CHECK(pthread_##kind##_getpshared(&a, &is) == 0 && is == PTHREAD_PROCESS_SHARED); \
		CHECK(pthread_##kind##_setpshared(&a, PTHREAD_PROCESS_PRIVATE) == 0); \
		CHECK(pthread_##kind##_getpshared(&a, &is) == 0 && is == PTHREAD_PROCESS_PRIVATE); \
		CHECK(pthread_##kind##_destroy(&a) == 0); \
	} while (0)

// What is beside the attribute of sharing stays as it is.
static void beside(void) {
	pthread_mutexattr_t a;
	pthread_condattr_t c;
	pthread_mutex_t m;
	clockid_t clock;
	int is;
	pthread_mutexattr_init(&a);
	CHECK(pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK) == 0);
	CHECK(pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED) == 0);
	CHECK(pthread_mutexattr_gettype(&a, &is) == 0 && is == PTHREAD_MUTEX_ERRORCHECK);
	CHECK(pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE) == 0);
	CHECK(pthread_mutexattr_getpshared(&a, &is) == 0 && is == PTHREAD_PROCESS_SHARED);
	CHECK(pthread_mutex_init(&m, &a) == 0);
	CHECK(pthread_mutex_lock(&m) == 0 && pthread_mutex_lock(&m) == 0);
	pthread_condattr_init(&c);
	CHECK(pthread_condattr_setpshared(&c, PTHREAD_PROCESS_SHARED) == 0);
	CHECK(pthread_condattr_getclock(&c, &clock) == 0 && clock == CLOCK_REALTIME);
	CHECK(pthread_condattr_setclock(&c, CLOCK_MONOTONIC) == 0);
	CHECK(pthread_condattr_getpshared(&c, &is) == 0 && is == PTHREAD_PROCESS_SHARED);
	CHECK(pthread_condattr_setpshared(&c, PTHREAD_PROCESS_PRIVATE) == 0);
	CHECK(pthread_condattr_getclock(&c, &clock) == 0 && clock == CLOCK_MONOTONIC);
}

static void mutexes(void) {
	pthread_mutexattr_t a;
	pthread_mutexattr_init(&a);
	CHECK(pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_NONE) == 0);
	CHECK(pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT) == ENOTSUP);
	CHECK(pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_PROTECT) == ENOTSUP);
	CHECK(pthread_mutexattr_setprotocol(&a, 99) == EINVAL);
	CHECK(pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_STALLED) == 0);
	CHECK(pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST) == ENOTSUP);
	CHECK(pthread_mutexattr_setrobust(&a, 99) == EINVAL);
}

static _Alignas(16) char ownStack[32 << 10];

static void *on_stack(void *own) {
	char here;
	CHECK((&here >= ownStack && &here < ownStack + sizeof ownStack) == (own != 0));
	return own;
}

static void create(const pthread_attr_t *a, void *own) {
	pthread_t thread;
	void *result;
	CHECK(pthread_create(&thread, a, on_stack, own) == 0 && pthread_join(thread, &result) == 0 && result == own);
}

static void stacks(void) {
	pthread_attr_t a;
	void *stack;
	size_t size;
	pthread_attr_init(&a);
	create(&a, 0);
	CHECK(pthread_attr_setstack(&a, ownStack, 1) == EINVAL && pthread_attr_setstack(&a, 0, sizeof ownStack) == EINVAL);
	CHECK(pthread_attr_setstack(&a, ownStack + 1, 16 << 10) == EINVAL);
	CHECK(pthread_attr_setstack(&a, ownStack, sizeof ownStack) == 0);
	CHECK(pthread_attr_getstack(&a, &stack, &size) == 0 && stack == ownStack && size == sizeof ownStack);
	create(&a, ownStack);
}

static void policies(void) {
	pthread_attr_t a;
	pthread_t thread;
	struct sched_param p = {.sched_priority = 0};
	int is;
	CHECK(sched_get_priority_min(SCHED_OTHER) == 0 && sched_get_priority_max(SCHED_OTHER) == 0);
	CHECK(sched_get_priority_min(SCHED_RR) < sched_get_priority_max(SCHED_RR));
	CHECK(sched_get_priority_min(99) == -1 && errno == EINVAL);
	pthread_attr_init(&a);
	CHECK(pthread_attr_setinheritsched(&a, 99) == EINVAL && pthread_attr_setschedpolicy(&a, 99) == EINVAL);
	CHECK(pthread_attr_setinheritsched(&a, PTHREAD_EXPLICIT_SCHED) == 0);
	CHECK(pthread_attr_getschedpolicy(&a, &is) == 0 && is == SCHED_OTHER && pthread_attr_setschedparam(&a, &p) == 0);
	create(&a, 0);
	CHECK(pthread_attr_setschedpolicy(&a, SCHED_FIFO) == 0 && pthread_attr_setschedparam(&a, &p) == EINVAL);
	p.sched_priority = 1;
	CHECK(pthread_attr_setschedparam(&a, &p) == 0);
	p.sched_priority = 0;
	CHECK(pthread_attr_getschedparam(&a, &p) == 0 && p.sched_priority == 1);
	CHECK(pthread_create(&thread, &a, on_stack, 0) == EPERM);
	CHECK(pthread_setschedparam(pthread_self(), SCHED_FIFO, &p) == EPERM);
	CHECK(pthread_setschedparam(pthread_self(), SCHED_OTHER, &p) == EINVAL);
	CHECK(pthread_getschedparam(pthread_self(), &is, &p) == 0 && is == SCHED_OTHER && p.sched_priority == 0);
	CHECK(pthread_setschedparam(pthread_self(), is, &p) == 0 && pthread_setschedprio(pthread_self(), 0) == 0);
}

static void names(void) {
	char name[16];
	CHECK(pthread_getname_np(pthread_self(), name, sizeof name) == 0 && !*name);
	CHECK(pthread_setname_np(pthread_self(), "sixteen letters!") == ERANGE);
	CHECK(pthread_setname_np(pthread_self(), "fifteen letters") == 0);
	CHECK(pthread_getname_np(pthread_self(), name, 15) == ERANGE);
	CHECK(pthread_getname_np(pthread_self(), name, sizeof name) == 0 && strcmp(name, "fifteen letters") == 0);
}

int main(void) {
	SHARED(mutexattr);
	SHARED(condattr);
	SHARED(rwlockattr);
	SHARED(barrierattr);
	beside();
	mutexes();
	stacks();
	policies();
	names();
	puts("attributes are as they should be");
	return 0;
}
