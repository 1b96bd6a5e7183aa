#include "cancel.h"
#include "futex.h"
#include "thread.h"

// A condition variable is a number that each signal changes, and the clock of its times if it is not the usual one.
// Who waits has read the number while it had the mutex, so no signal after that is lost. A waiter that is woken does
// not touch the variable again: it may be gone.
#define signals(c) (&(c)->__u.__vi[0])
#define clock(c) ((c)->__u.__p[1])

// Attributes are the address of a clock, or 0, with a bit that such an address does not have.
#define SHARED 1u

static clockid_t clock_of(const pthread_condattr_t *a) { return (clockid_t)(a->__attr & ~SHARED); }

int pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *a) {
	*c = (pthread_cond_t){0};
	if (a)
		clock(c) = (void *)clock_of(a);
	return 0;
}

int pthread_cond_destroy(pthread_cond_t *c) { return 0; }

// cond_wait waits until a time, or for ever. Who is cancelled has the mutex when its handlers run.
static int cond_wait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock, const struct timespec *until) {
	pthread_testcancel();
	int seen = load(signals(c));
	int failed = pthread_mutex_unlock(m);
	if (failed)
		return failed;
	failed = wait_or_cancel(signals(c), seen, clock, until);
	pthread_mutex_lock(m);
	if (failed == ECANCELED)
		pthread_testcancel();
	return failed;
}

int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until) {
	return cond_wait(c, m, clock(c) ? (clockid_t)clock(c) : CLOCK_REALTIME, until);
}

int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m) { return cond_wait(c, m, 0, 0); }

int pthread_cond_signal(pthread_cond_t *c) {
	add(signals(c), 1);
	wake(signals(c), 1);
	return 0;
}

int pthread_cond_broadcast(pthread_cond_t *c) {
	add(signals(c), 1);
	wake(signals(c), INT_MAX);
	return 0;
}

int pthread_condattr_init(pthread_condattr_t *a) {
	*a = (pthread_condattr_t){0};
	return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *a) { return 0; }

int pthread_condattr_getclock(const pthread_condattr_t *a, clockid_t *clock) {
	*clock = clock_of(a) ? clock_of(a) : CLOCK_REALTIME;
	return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *a, clockid_t clock) {
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return EINVAL;
	a->__attr = (unsigned)clock | (a->__attr & SHARED);
	return 0;
}

int pthread_condattr_getpshared(const pthread_condattr_t *a, int *shared) {
	*shared = a->__attr & SHARED ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE;
	return 0;
}

int pthread_condattr_setpshared(pthread_condattr_t *a, int shared) {
	if (!knows_shared(shared))
		return EINVAL;
	a->__attr = (unsigned)clock_of(a) | (shared == PTHREAD_PROCESS_SHARED ? SHARED : 0);
	return 0;
}
