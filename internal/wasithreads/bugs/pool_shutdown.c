// Shutdown of a thread pool. All workers wait for work; the one who shuts down wakes one of them only. No data race.
// Deadlock.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int tasks, closed, done;

static void *work(void *number) {
	pthread_mutex_lock(&mutex);
	for (;;) {
		while (tasks == 0 && !closed)
			pthread_cond_wait(&changed, &mutex);
		if (tasks == 0)
			break;
		tasks--;
		done++;
	}
	pthread_mutex_unlock(&mutex);
	return 0;
}

int main(void) {
	for (int i = 0; i < 2; i++)
		start(work, i);
	pthread_mutex_lock(&mutex);
	tasks++;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
	pthread_mutex_lock(&mutex);
	closed = 1;
#ifdef FIXED
	pthread_cond_broadcast(&changed);
#else
	pthread_cond_signal(&changed);
#endif
	pthread_mutex_unlock(&mutex);
	join();
	REQUIRE(done == 1);
}
