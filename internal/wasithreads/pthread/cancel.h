#ifndef WEFT_CANCEL_H
#define WEFT_CANCEL_H

#include <pthread.h>

// wait_or_cancel waits as wait_until does, and returns ECANCELED if the thread is cancelled and is to act on it: the
// caller undoes what it has begun and calls pthread_testcancel. Otherwise it does not, so that what the thread was
// woken for is not lost.
int wait_or_cancel(volatile int *p, int value, clockid_t clock, const struct timespec *until);

// await_cancel waits until nobody looks at a thread any more in order to cancel it.
void await_cancel(struct __pthread *);

#endif
