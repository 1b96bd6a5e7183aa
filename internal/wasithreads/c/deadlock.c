// Two threads that lock two mutexes in different orders, and always meet: all threads wait, for ever.
#include "check.h"

#include <pthread.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;

static void *lock_both(pthread_mutex_t *a, pthread_mutex_t *b) {
	pthread_mutex_lock(a);
	pthread_barrier_wait(&barrier);
	pthread_mutex_lock(b);
	pthread_mutex_unlock(b);
	pthread_mutex_unlock(a);
	return 0;
}

static void *forwards(void *argument) { return lock_both(&first, &second); }
static void *backwards(void *argument) { return lock_both(&second, &first); }

int main(void) {
	pthread_t a, b;
	CHECK(pthread_barrier_init(&barrier, 0, 2) == 0);
	CHECK(pthread_create(&a, 0, forwards, 0) == 0);
	CHECK(pthread_create(&b, 0, backwards, 0) == 0);
	puts("waiting for both");
	fflush(stdout);
	pthread_join(a, 0);
	pthread_join(b, 0);
	puts("no deadlock");
	return 0;
}
