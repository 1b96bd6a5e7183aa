// A lost wake-up with a semaphore. Who waits says so after it has looked, and who changes the state posts only if
// somebody has said so. No data race. Deadlock.
#include "bug.h"

#include <semaphore.h>
#include <stdatomic.h>

static sem_t wakeups;
static atomic_int ready, waiters;

static void *wait_for_it(void *number) {
#ifdef FIXED
	atomic_fetch_add(&waiters, 1);
	if (!atomic_load(&ready))
		sem_wait(&wakeups);
#else
	if (!atomic_load(&ready)) {
		atomic_fetch_add(&waiters, 1);
		sem_wait(&wakeups);
	}
#endif
	return 0;
}

static void *set(void *number) {
	atomic_store(&ready, 1);
	if (atomic_load(&waiters))
		sem_post(&wakeups);
	return 0;
}

int main(void) {
	sem_init(&wakeups, 0, 0);
	start(wait_for_it, 0);
	start(set, 0);
	join();
}
