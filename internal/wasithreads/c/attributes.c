// Attributes keep what they are given, and do not take what there is not.
#include "check.h"

#include <errno.h>
#include <pthread.h>
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

int main(void) {
	SHARED(mutexattr);
	SHARED(condattr);
	SHARED(rwlockattr);
	SHARED(barrierattr);
	beside();
	mutexes();
	puts("attributes are as they should be");
	return 0;
}
