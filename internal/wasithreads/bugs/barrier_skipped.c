// A barrier that one does not come to. A thread that finds no work left goes home, and the others wait for it. No
// data race. Deadlock.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static int tasks = 3;

static int take(void) {
	pthread_mutex_lock(&mutex);
	int got = tasks > 0;
	if (got)
		tasks--;
	pthread_mutex_unlock(&mutex);
	return got;
}

static void *work(void *number) {
	int mine = take();
	if (take())
		mine++;
#ifndef FIXED
	if (mine == 0)
		return 0;
#endif
	pthread_barrier_wait(&barrier);
	return 0;
}

int main(void) {
	pthread_barrier_init(&barrier, 0, 3);
	for (int i = 0; i < 3; i++)
		start(work, i);
	join();
}
