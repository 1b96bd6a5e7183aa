// Looking twice. A thread finds something in a queue under the lock, and takes it under the lock a moment later, when
// another one has. No data race. Trap.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int items = 1;

static int empty(void) {
	pthread_mutex_lock(&mutex);
	int n = items;
	pthread_mutex_unlock(&mutex);
	return n == 0;
}

// take reports whether there was an item.
static int take(void) {
	pthread_mutex_lock(&mutex);
	int got = items > 0;
	items -= got;
	pthread_mutex_unlock(&mutex);
	return got;
}

static void *consume(void *number) {
#ifdef FIXED
	take();
#else
	if (!empty())
		REQUIRE(take());
#endif
	return 0;
}

int main(void) {
	for (int i = 0; i < 3; i++)
		start(consume, i);
	join();
}
