// Reuse of a barrier. A barrier of one's own has a count and no number of the round. A fast thread comes to the next
// round, and resets the count, before a slow one has left the first. Deadlock.
#include "bug.h"

enum { parties = 2 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all = PTHREAD_COND_INITIALIZER;
static int count, rounds;

static void await(void) {
	pthread_mutex_lock(&mutex);
	int mine = rounds;
	if (count == parties) // the first one of the next round
		count = 0;
	if (++count == parties) {
		rounds++;
		pthread_cond_broadcast(&all);
	}
#ifdef FIXED
	while (mine == rounds)
#else
	while (count < parties)
#endif
		pthread_cond_wait(&all, &mutex);
	pthread_mutex_unlock(&mutex);
}

static void *work(void *number) {
	await();
	await();
	return 0;
}

int main(void) {
	start(work, 0);
	start(work, 1);
	join();
	REQUIRE(rounds == 2);
}
