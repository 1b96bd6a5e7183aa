// Stealing half of a queue. The thief counts what there is under the lock of the victim, lets go, and takes the lock
// again to take half of that many. Meanwhile the victim has worked. No data race. Trap.
#include "bug.h"

static struct queue {
	pthread_mutex_t mutex;
	int items;
} victim = {PTHREAD_MUTEX_INITIALIZER, 4}, own = {PTHREAD_MUTEX_INITIALIZER, 0};

static int done;

static void remove_items(struct queue *q, int n) {
	q->items -= n;
	REQUIRE(q->items >= 0);
}

static void *work(void *number) {
	for (int i = 0; i < 4; i++) {
		pthread_mutex_lock(&victim.mutex);
		if (victim.items > 0) {
			remove_items(&victim, 1);
			done++;
		}
		pthread_mutex_unlock(&victim.mutex);
	}
	return 0;
}

static void *steal(void *number) {
	pthread_mutex_lock(&victim.mutex);
	int half = (victim.items + 1) / 2;
#ifndef FIXED
	pthread_mutex_unlock(&victim.mutex);
	pthread_mutex_lock(&victim.mutex);
#endif
	remove_items(&victim, half);
	pthread_mutex_unlock(&victim.mutex);
	pthread_mutex_lock(&own.mutex);
	own.items += half;
	pthread_mutex_unlock(&own.mutex);
	return 0;
}

int main(void) {
	start(work, 0);
	start(steal, 0);
	join();
	REQUIRE(done + own.items + victim.items == 4);
}
