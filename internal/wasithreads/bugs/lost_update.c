// Lost update. Two threads add to a plain counter: load, add, store. What one adds between the load and the store of
// the other is lost. Trap, and data race.
#include "bug.h"

static int counter;

#ifdef FIXED
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static void *work(void *number) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
	counter++;
	pthread_mutex_unlock(&mutex);
#else
	counter++;
#endif
	return 0;
}

int main(void) {
	start(work, 0);
	start(work, 1);
	join();
	REQUIRE(counter == 2);
}
