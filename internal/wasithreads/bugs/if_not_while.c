// Waiting with if instead of while. Both consumers wake up, the first one takes the only item, and the second one
// does not look again. Trap.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int items;

static void *consume(void *number) {
	pthread_mutex_lock(&mutex);
#ifdef FIXED
	while (items == 0)
#else
	if (items == 0)
#endif
		pthread_cond_wait(&changed, &mutex);
	items--;
	REQUIRE(items >= 0);
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void *produce(void *number) {
	for (int i = 0; i < 2; i++) {
		pthread_mutex_lock(&mutex);
		items++;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&mutex);
	}
	return 0;
}

int main(void) {
	start(consume, 0);
	start(consume, 1);
	start(produce, 0);
	join();
	REQUIRE(items == 0);
}
