// Nested monitors. A thread waits for a condition inside of two locks, and waiting lets only the inner one go: who
// would change the condition needs the outer one. No data race. Deadlock.
#include "bug.h"

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static int items;

static void *take(void *number) {
#ifndef FIXED
	pthread_mutex_lock(&outer);
#endif
	pthread_mutex_lock(&inner);
	while (items == 0)
		pthread_cond_wait(&filled, &inner);
	items--;
	pthread_mutex_unlock(&inner);
#ifndef FIXED
	pthread_mutex_unlock(&outer);
#endif
	return 0;
}

static void *put(void *number) {
	pthread_mutex_lock(&outer);
	pthread_mutex_lock(&inner);
	items++;
	pthread_cond_signal(&filled);
	pthread_mutex_unlock(&inner);
	pthread_mutex_unlock(&outer);
	return 0;
}

int main(void) {
	start(take, 0);
	start(put, 0);
	join();
}
