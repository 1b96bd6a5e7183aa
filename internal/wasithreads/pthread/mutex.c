#include "futex.h"
#include "thread.h"

// A mutex is three words: its type; the identity of the thread that has it, with a bit if others may wait; and how
// often a recursive one has been locked more than once.
#define type(m) ((m)->__u.__i[0])
#define owner(m) (&(m)->__u.__vi[1])
#define count(m) ((m)->__u.__i[2])

#define WAITERS ((int)0x80000000)

// Attributes are a type and this bit.
#define SHARED 4u

int pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *a) {
	*m = (pthread_mutex_t){0};
	if (a)
		type(m) = (int)(a->__attr & ~SHARED);
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *m) { return load(owner(m)) ? EBUSY : 0; }

// again is what locking a mutex comes to that the thread has already.
static int again(pthread_mutex_t *m, int try) {
	if (type(m) == PTHREAD_MUTEX_RECURSIVE) {
		if (count(m) == INT_MAX)
			return EAGAIN;
		count(m)++;
		return 0;
	}
	return try ? EBUSY : EDEADLK;
}

// mutex_contended locks a mutex that another thread had.
static int mutex_contended(pthread_mutex_t *m, int id, const struct timespec *until) {
	for (;;) {
		int v = load(owner(m));
		if (v == 0) {
			if (cas(owner(m), 0, id | WAITERS) == 0) // others may wait as well
				return 0;
			continue;
		}
		if (!(v & WAITERS) && cas(owner(m), v, v | WAITERS) != v)
			continue;
		int failed = wait_until(owner(m), v | WAITERS, CLOCK_REALTIME, until);
		if (failed)
			return failed;
	}
}

int pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *until) {
	int id = thread_id();
	int v = cas(owner(m), 0, id);
	if (v == 0)
		return 0;
	if ((v & ~WAITERS) == id && type(m) != PTHREAD_MUTEX_NORMAL)
		return again(m, 0);
	return mutex_contended(m, id, until);
}

int pthread_mutex_lock(pthread_mutex_t *m) {
	int id = thread_id();
	int v = cas(owner(m), 0, id);
	if (v == 0)
		return 0;
	if ((v & ~WAITERS) == id && type(m) != PTHREAD_MUTEX_NORMAL)
		return again(m, 0);
	return mutex_contended(m, id, 0);
}

int pthread_mutex_trylock(pthread_mutex_t *m) {
	int id = thread_id();
	int v = cas(owner(m), 0, id);
	if (v == 0)
		return 0;
	return (v & ~WAITERS) == id ? again(m, 1) : EBUSY;
}

int pthread_mutex_unlock(pthread_mutex_t *m) {
	if (type(m) != PTHREAD_MUTEX_NORMAL) {
		if ((load(owner(m)) & ~WAITERS) != thread_id())
			return EPERM;
		if (count(m) > 0) {
			count(m)--;
			return 0;
		}
	}
	if (exchange(owner(m), 0) & WAITERS)
		wake(owner(m), 1);
	return 0;
}

int pthread_mutex_consistent(pthread_mutex_t *m) { return EINVAL; } // there are no robust ones

int pthread_mutexattr_init(pthread_mutexattr_t *a) {
	*a = (pthread_mutexattr_t){0};
	return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *a) { return 0; }

int pthread_mutexattr_gettype(const pthread_mutexattr_t *a, int *type) {
	*type = (int)(a->__attr & ~SHARED);
	return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *a, int type) {
	if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ERRORCHECK)
		return EINVAL;
	a->__attr = (unsigned)type | (a->__attr & SHARED);
	return 0;
}

int pthread_mutexattr_getpshared(const pthread_mutexattr_t *a, int *shared) {
	*shared = a->__attr & SHARED ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE;
	return 0;
}

int pthread_mutexattr_setpshared(pthread_mutexattr_t *a, int shared) {
	if (!knows_shared(shared))
		return EINVAL;
	a->__attr = (a->__attr & ~SHARED) | (shared == PTHREAD_PROCESS_SHARED ? SHARED : 0);
	return 0;
}

int pthread_mutexattr_getprotocol(const pthread_mutexattr_t *a, int *protocol) {
	*protocol = PTHREAD_PRIO_NONE;
	return 0;
}

int pthread_mutexattr_setprotocol(pthread_mutexattr_t *a, int protocol) {
	switch (protocol) {
	case PTHREAD_PRIO_NONE:
		return 0;
	case PTHREAD_PRIO_INHERIT:
	case PTHREAD_PRIO_PROTECT:
		return ENOTSUP;
	}
	return EINVAL;
}

int pthread_mutexattr_getrobust(const pthread_mutexattr_t *a, int *robust) {
	*robust = PTHREAD_MUTEX_STALLED;
	return 0;
}

int pthread_mutexattr_setrobust(pthread_mutexattr_t *a, int robust) {
	switch (robust) {
	case PTHREAD_MUTEX_STALLED:
		return 0;
	case PTHREAD_MUTEX_ROBUST:
		return ENOTSUP;
	}
	return EINVAL;
}
