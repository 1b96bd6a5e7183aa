// Joining under a lock. Main keeps the lock while it waits for a thread which needs it, if that has not had it
// before. No data race. Deadlock.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int results;

static void *work(void *number) {
	pthread_mutex_lock(&mutex);
	results++;
	pthread_mutex_unlock(&mutex);
	return 0;
}

int main(void) {
	start(work, 0);
	start(work, 1);
#ifdef FIXED
	join();
	pthread_mutex_lock(&mutex);
#else
	pthread_mutex_lock(&mutex);
	join();
#endif
	int all = results == 2;
	pthread_mutex_unlock(&mutex);
	REQUIRE(all);
}
