// Atomicity over two fields. Each field is changed under the lock, but the lock is let go in between, so another
// thread sees a pair that never was meant to be. No data race. Trap.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int lower = 0, upper = 10;

static void *move(void *by) {
	pthread_mutex_lock(&mutex);
	lower += (int)by;
#ifndef FIXED
	pthread_mutex_unlock(&mutex);
	pthread_mutex_lock(&mutex);
#endif
	upper += (int)by;
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void *look(void *number) {
	pthread_mutex_lock(&mutex);
	int width = upper - lower;
	pthread_mutex_unlock(&mutex);
	REQUIRE(width == 10);
	return 0;
}

int main(void) {
	start(move, 3);
	start(look, 0);
	join();
}
