// A flag for shutdown that is set without the lock. A worker has looked at it under the lock, and not gone to sleep
// yet, when flag and signal come. No data race: the flag is atomic. Deadlock.
#include "bug.h"

#include <stdatomic.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static atomic_int closed;

static int is_closed(void) { return atomic_load(&closed); }

static void *work(void *number) {
	pthread_mutex_lock(&mutex);
	while (!is_closed())
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
	return 0;
}

int main(void) {
	start(work, 0);
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	atomic_store(&closed, 1);
	pthread_cond_broadcast(&changed);
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	join();
}
