// A trylock whose answer nobody reads. It works while nobody has the lock; else the thread goes on without, and
// unlocks what is not its own. No data race. Trap.
#include "bug.h"

#include <stdatomic.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_int inside;

static void *work(void *number) {
	pthread_mutex_lock(&mutex);
	REQUIRE(atomic_fetch_add(&inside, 1) == 0);
	atomic_fetch_sub(&inside, 1);
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void *try_work(void *number) {
	int failed = pthread_mutex_trylock(&mutex);
#ifdef FIXED
	if (failed)
		return 0;
#endif
	REQUIRE(atomic_fetch_add(&inside, 1) == 0);
	atomic_fetch_sub(&inside, 1);
	pthread_mutex_unlock(&mutex);
	return 0;
}

int main(void) {
	start(work, 0);
	start(try_work, 0);
	join();
}
