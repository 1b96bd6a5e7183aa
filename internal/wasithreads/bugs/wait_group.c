// Counting oneself in too late. Each thread adds itself to those that main waits for, so main may wait before it has:
// for nobody. No data race on the count. Trap.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int working, results;

static void add(int by) {
	pthread_mutex_lock(&mutex);
	working += by;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
}

static void *work(void *number) {
#ifndef FIXED
	add(1);
#endif
	pthread_mutex_lock(&mutex);
	results++;
	pthread_mutex_unlock(&mutex);
	add(-1);
	return 0;
}

int main(void) {
	for (int i = 0; i < 2; i++) {
#ifdef FIXED
		add(1);
#endif
		start(work, i);
	}
	pthread_mutex_lock(&mutex);
	while (working > 0)
		pthread_cond_wait(&changed, &mutex);
	int all = results == 2;
	pthread_mutex_unlock(&mutex);
	REQUIRE(all);
	join();
}
