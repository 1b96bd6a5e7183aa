// A latch that is counted down outside of its lock. Nothing is wrong with the count, but the signal comes between the
// look of the waiter and its sleep. No data race: the count is atomic. Deadlock.
#include "bug.h"

#include <stdatomic.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static atomic_int count = 2;

static void *count_down(void *number) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	if (atomic_fetch_sub(&count, 1) == 1)
		pthread_cond_broadcast(&opened);
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	return 0;
}

int main(void) {
	start(count_down, 0);
	start(count_down, 1);
	pthread_mutex_lock(&mutex);
	while (atomic_load(&count) > 0)
		pthread_cond_wait(&opened, &mutex);
	pthread_mutex_unlock(&mutex);
	join();
}
