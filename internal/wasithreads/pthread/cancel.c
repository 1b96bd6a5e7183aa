#include "cancel.h"
#include "futex.h"
#include "thread.h"

// Who waits at a cancellation point says where, before it looks whether it is cancelled. Who cancels it sets the flag
// before it looks where the other waits, and then wakes all who wait there, until the other is there no more: it may
// have looked just before and begin to wait just after, and its word has not changed. That takes one turn of each of
// the two, and the time limit is for the rare second one. The lock keeps the thread from ending, and its memory from
// being freed, as long as somebody cancels it whom it has seen. (Who cancels one that is joined meanwhile is wrong.)

enum { nextTry = 1000000 }; // nanoseconds

int pthread_cancel(pthread_t t) {
	if (!known(t))
		return ESRCH;
	take(&t->cancelling);
	store(&t->cancelled, 1);
	for (int at; (at = load(&t->waitsAt)) != 0;) {
		wake((int *)at, INT_MAX);
		wait_for(&t->waitsAt, at, nextTry);
	}
	give(&t->cancelling);
	return 0;
}

void await_cancel(struct __pthread *t) {
	if (!load(&t->cancelled))
		return;
	take(&t->cancelling);
	give(&t->cancelling);
}

int wait_or_cancel(volatile int *p, int value, clockid_t clock, const struct timespec *until) {
	struct __pthread *t = pthread_self();
	if (t->cancelState != PTHREAD_CANCEL_ENABLE)
		return wait_until(p, value, clock, until);
	int failed = 0;
	store(&t->waitsAt, (int)p);
	if (!load(&t->cancelled))
		failed = wait_until(p, value, clock, until);
	store(&t->waitsAt, 0);
	if (!load(&t->cancelled))
		return failed;
	wake(&t->waitsAt, INT_MAX);
	wake(p, 1); // this thread may have been woken by somebody who wanted to wake one that goes on
	return ECANCELED;
}

void pthread_testcancel(void) {
	struct __pthread *t = pthread_self();
	if (t->cancelState == PTHREAD_CANCEL_ENABLE && load(&t->cancelled)) {
		t->cancelState = PTHREAD_CANCEL_DISABLE;
		pthread_exit(PTHREAD_CANCELED);
	}
}

int pthread_setcancelstate(int state, int *old) {
	struct __pthread *t = pthread_self();
	if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
		return EINVAL;
	if (old)
		*old = t->cancelState;
	t->cancelState = state;
	return 0;
}

// A thread that may be cancelled at any time is cancelled when any other would be.
int pthread_setcanceltype(int type, int *old) {
	struct __pthread *t = pthread_self();
	if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
		return EINVAL;
	if (old)
		*old = t->cancelType;
	t->cancelType = type;
	return 0;
}
