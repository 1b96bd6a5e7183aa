// A time-out that hides a lost signal. The waiter waits without a predicate, and tries again after a while, so it
// always comes to its end, but late. It exits with 1 if it has been woken by nothing but time. No data race. Exit.
#include "bug.h"

#include <errno.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int ready, late;

static void *wait_for_it(void *number) {
	struct timespec until;
	pthread_mutex_lock(&mutex);
#ifdef FIXED
	while (!ready)
		pthread_cond_wait(&changed, &mutex);
#else
	do {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
		late = pthread_cond_timedwait(&changed, &mutex, &until) == ETIMEDOUT;
	} while (!ready);
#endif
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void *set(void *number) {
	pthread_mutex_lock(&mutex);
	ready = 1;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
	return 0;
}

int main(void) {
	start(wait_for_it, 0);
	start(set, 0);
	join();
	return late;
}
