#ifndef WEFT_FUTEX_H
#define WEFT_FUTEX_H

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <time.h>

// What all of the layer is made of: words of memory that threads change atomically and wait for. Whoever waits looks
// at the word again afterwards, because a word that has been freed and allocated anew may get somebody else's notify.

static inline int load(volatile int *p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }
static inline void store(volatile int *p, int v) { __atomic_store_n(p, v, __ATOMIC_SEQ_CST); }
static inline int exchange(volatile int *p, int v) { return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST); }
static inline int add(volatile int *p, int v) { return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST); }

// cas returns what it has found.
static inline int cas(volatile int *p, int old, int new) {
	__atomic_compare_exchange_n(p, &old, new, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return old;
}

static inline void wake(volatile int *p, int count) { __builtin_wasm_memory_atomic_notify((int *)p, (unsigned)count); }

// left returns the nanoseconds until a time, 0 if it has passed.
static inline int64_t left(clockid_t clock, const struct timespec *until) {
	struct timespec now;
	clock_gettime(clock, &now);
	if (until->tv_sec < now.tv_sec || (until->tv_sec == now.tv_sec && until->tv_nsec <= now.tv_nsec))
		return 0;
	int64_t seconds = until->tv_sec - now.tv_sec;
	if (seconds > 1000000000) // what does not fit in nanoseconds is far away enough
		seconds = 1000000000;
	return seconds * 1000000000 + (until->tv_nsec - now.tv_nsec);
}

// wait waits until somebody wakes the word, if it has this value, or until a time if there is one. It returns 0,
// ETIMEDOUT or EINVAL.
static inline int wait_until(volatile int *p, int value, clockid_t clock, const struct timespec *until) {
	int64_t timeout = -1;
	if (until) {
		if (until->tv_nsec < 0 || until->tv_nsec >= 1000000000)
			return EINVAL;
		timeout = left(clock, until);
		if (timeout == 0)
			return ETIMEDOUT;
	}
	return __builtin_wasm_memory_atomic_wait32((int *)p, value, timeout) == 2 ? ETIMEDOUT : 0;
}

static inline void wait(volatile int *p, int value) { __builtin_wasm_memory_atomic_wait32((int *)p, value, -1); }

// wait_for waits as wait does, but not longer than some nanoseconds.
static inline void wait_for(volatile int *p, int value, int64_t timeout) {
	__builtin_wasm_memory_atomic_wait32((int *)p, value, timeout);
}

// A lock inside of something else is a word: 0 if it is free, 1 if a thread has it, 2 if others may wait as well.
static inline void take(volatile int *p) {
	if (cas(p, 0, 1) == 0)
		return;
	while (exchange(p, 2) != 0)
		wait(p, 2);
}

static inline void give(volatile int *p) {
	if (exchange(p, 0) == 2)
		wake(p, 1);
}

#endif
