#include "futex.h"
#include "thread.h"

// A lock for readers and writers is a word: how many readers have it, or WRITER, with a bit if others may wait.
// Readers go before writers: who has it to read may lock it to read again.
#define holders(l) (&(l)->__u.__vi[0])

#define WAITERS ((int)0x80000000)
#define WRITER 0x7fffffff

int pthread_rwlock_init(pthread_rwlock_t *l, const pthread_rwlockattr_t *a) {
	*l = (pthread_rwlock_t){0};
	return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *l) { return load(holders(l)) ? EBUSY : 0; }

int pthread_rwlock_tryrdlock(pthread_rwlock_t *l) {
	for (;;) {
		int v = load(holders(l)), n = v & ~WAITERS;
		if (n == WRITER)
			return EBUSY;
		if (n == WRITER - 1)
			return EAGAIN;
		if (cas(holders(l), v, v + 1) == v)
			return 0;
	}
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *l) {
	for (;;) {
		int v = load(holders(l));
		if (v & ~WAITERS)
			return EBUSY;
		if (cas(holders(l), v, v | WRITER) == v)
			return 0;
	}
}

// rwlock_contended locks as try does, and waits while that fails.
static int rwlock_contended(pthread_rwlock_t *l, int (*try)(pthread_rwlock_t *), const struct timespec *until) {
	for (int failed; (failed = try(l)) != 0;) {
		if (failed != EBUSY)
			return failed;
		int v = load(holders(l));
		if (!(v & ~WAITERS))
			continue;
		if (!(v & WAITERS) && cas(holders(l), v, v | WAITERS) != v)
			continue;
		failed = wait_until(holders(l), v | WAITERS, CLOCK_REALTIME, until);
		if (failed)
			return failed;
	}
	return 0;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *l) { return rwlock_contended(l, pthread_rwlock_tryrdlock, 0); }

int pthread_rwlock_wrlock(pthread_rwlock_t *l) { return rwlock_contended(l, pthread_rwlock_trywrlock, 0); }

int pthread_rwlock_timedrdlock(pthread_rwlock_t *l, const struct timespec *until) {
	return rwlock_contended(l, pthread_rwlock_tryrdlock, until);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *l, const struct timespec *until) {
	return rwlock_contended(l, pthread_rwlock_trywrlock, until);
}

int pthread_rwlock_unlock(pthread_rwlock_t *l) {
	for (;;) {
		int v = load(holders(l)), n = v & ~WAITERS;
		if (n == 0)
			return EPERM;
		int next = n == WRITER || n == 1 ? 0 : v - 1;
		if (cas(holders(l), v, next) != v)
			continue;
		if (next == 0 && v & WAITERS)
			wake(holders(l), INT_MAX); // readers and writers: they find out who comes next
		return 0;
	}
}

int pthread_rwlockattr_init(pthread_rwlockattr_t *a) {
	*a = (pthread_rwlockattr_t){0};
	return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *a) { return 0; }

int pthread_rwlockattr_getpshared(const pthread_rwlockattr_t *a, int *shared) {
	*shared = (int)a->__attr[0];
	return 0;
}

int pthread_rwlockattr_setpshared(pthread_rwlockattr_t *a, int shared) {
	if (!knows_shared(shared))
		return EINVAL;
	a->__attr[0] = (unsigned)shared;
	return 0;
}
