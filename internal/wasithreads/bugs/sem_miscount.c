// A semaphore that counts wrong. A thread that gives up returns a permit that it does not have, so two threads are
// where one may be. No data race. Trap.
#include "bug.h"

#include <semaphore.h>
#include <stdatomic.h>

static sem_t permits;
static atomic_int inside;

static void *work(void *number) {
	sem_wait(&permits);
	REQUIRE(atomic_fetch_add(&inside, 1) == 0);
	atomic_fetch_sub(&inside, 1);
	sem_post(&permits);
	return 0;
}

static void *try_work(void *number) {
	int got = sem_trywait(&permits) == 0;
#ifdef FIXED
	if (got)
#endif
		sem_post(&permits);
	return 0;
}

int main(void) {
	sem_init(&permits, 0, 1);
	start(work, 0);
	start(work, 1);
	start(try_work, 2);
	join();
}
