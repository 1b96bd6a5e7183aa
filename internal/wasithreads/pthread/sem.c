#include "cancel.h"
#include "futex.h"
#include "thread.h"

#include <semaphore.h>

int sem_init(sem_t *s, int shared, unsigned value) {
	if (value > SEM_VALUE_MAX) {
		errno = EINVAL;
		return -1;
	}
	store(&s->__value, (int)value);
	return 0;
}

int sem_destroy(sem_t *s) { return 0; }

// sem_take takes one, if there is one.
static int sem_take(sem_t *s) {
	for (int v; (v = load(&s->__value)) > 0;)
		if (cas(&s->__value, v, v - 1) == v)
			return 1;
	return 0;
}

int sem_trywait(sem_t *s) {
	if (sem_take(s))
		return 0;
	errno = EAGAIN;
	return -1;
}

int sem_timedwait(sem_t *s, const struct timespec *until) {
	pthread_testcancel();
	while (!sem_take(s)) {
		int failed = wait_or_cancel(&s->__value, 0, CLOCK_REALTIME, until);
		if (failed) {
			pthread_testcancel();
			errno = failed;
			return -1;
		}
	}
	return 0;
}

int sem_wait(sem_t *s) { return sem_timedwait(s, 0); }

// sem_post does not touch the semaphore after it has added one: whoever takes that may free it.
int sem_post(sem_t *s) {
	for (;;) {
		int v = load(&s->__value);
		if (v == SEM_VALUE_MAX) {
			errno = EOVERFLOW;
			return -1;
		}
		if (cas(&s->__value, v, v + 1) == v)
			break;
	}
	wake(&s->__value, 1);
	return 0;
}

int sem_getvalue(sem_t *s, int *value) {
	*value = load(&s->__value);
	return 0;
}
