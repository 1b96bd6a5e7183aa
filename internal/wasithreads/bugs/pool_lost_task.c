// A pool that ends too early. Workers look first whether it is closed, and then whether there is work: what was given
// before the end is not done. No data race. Exit with how many tasks were lost.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int tasks, closed;

static void *work(void *number) {
	pthread_mutex_lock(&mutex);
	for (;;) {
		while (tasks == 0 && !closed)
			pthread_cond_wait(&changed, &mutex);
#ifdef FIXED
		if (tasks == 0)
#else
		if (closed)
#endif
			break;
		tasks--;
	}
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void give(int task, int last) {
	pthread_mutex_lock(&mutex);
	tasks += task;
	closed = last;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
}

int main(void) {
	start(work, 0);
	give(1, 0);
	give(1, 0);
	give(0, 1);
	join();
	return tasks;
}
