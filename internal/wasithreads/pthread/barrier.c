#include "futex.h"
#include "thread.h"

// A barrier is five words: how many threads it waits for, how many have come, how often all had come, how many are
// inside, and a lock. More threads may use it than it waits for, so who comes must see in one step which round that is:
// the next one begins as soon as this one is full. How many are inside only matters to who destroys it.
#define limit(b) ((b)->__u.__i[0])
#define arrived(b) (&(b)->__u.__vi[1])
#define rounds(b) (&(b)->__u.__vi[2])
#define inside(b) (&(b)->__u.__vi[3])
#define lock(b) (&(b)->__u.__vi[4])

int pthread_barrier_init(pthread_barrier_t *b, const pthread_barrierattr_t *a, unsigned count) {
	if (count == 0 || count > INT_MAX)
		return EINVAL;
	*b = (pthread_barrier_t){0};
	limit(b) = (int)count;
	return 0;
}

// The thread for which pthread_barrier_wait has returned something else than for the others often destroys the
// barrier, while the others have not left it yet.
int pthread_barrier_destroy(pthread_barrier_t *b) {
	if (load(arrived(b)))
		return EBUSY;
	for (int n; (n = load(inside(b))) != 0;)
		wait(inside(b), n);
	return 0;
}

int pthread_barrier_wait(pthread_barrier_t *b) {
	add(inside(b), 1);
	take(lock(b));
	int round = load(rounds(b));
	int come = load(arrived(b)) + 1;
	int last = come == limit(b);
	store(arrived(b), last ? 0 : come);
	if (last)
		store(rounds(b), round + 1);
	give(lock(b));
	if (last) {
		wake(rounds(b), INT_MAX);
	} else {
		while (load(rounds(b)) == round)
			wait(rounds(b), round);
	}
	if (add(inside(b), -1) == 1)
		wake(inside(b), INT_MAX);
	return last ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

int pthread_barrierattr_init(pthread_barrierattr_t *a) {
	*a = (pthread_barrierattr_t){0};
	return 0;
}

int pthread_barrierattr_destroy(pthread_barrierattr_t *a) { return 0; }

int pthread_barrierattr_getpshared(const pthread_barrierattr_t *a, int *shared) {
	*shared = (int)a->__attr;
	return 0;
}

int pthread_barrierattr_setpshared(pthread_barrierattr_t *a, int shared) {
	if (!knows_shared(shared))
		return EINVAL;
	a->__attr = (unsigned)shared;
	return 0;
}
