// Wrong lock. One of the threads takes another lock than the others for the same variable. Trap, and as a data race.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static int total;

static void add(pthread_mutex_t *m, int n) {
	pthread_mutex_lock(m);
	total += n;
	pthread_mutex_unlock(m);
}

static void *work(void *number) {
#ifdef FIXED
	add(&mutex, (int)number);
#else
	add((int)number == 3 ? &other : &mutex, (int)number);
#endif
	return 0;
}

int main(void) {
	start(work, 1);
	start(work, 2);
	start(work, 3);
	join();
	REQUIRE(total == 6);
}
