// A lock that a thread has already. When the queue is full, adding to it calls what empties it, which takes the same
// lock. Whether it is full depends on the other thread. No data race. Deadlock.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int queued, flushed;

static void flush_locked(void) {
	flushed += queued;
	queued = 0;
}

static void flush(void) {
	pthread_mutex_lock(&mutex);
	flush_locked();
	pthread_mutex_unlock(&mutex);
}

static void *add(void *number) {
	pthread_mutex_lock(&mutex);
	if (queued == 1) {
#ifdef FIXED
		flush_locked();
#else
		flush();
#endif
	}
	queued++;
	pthread_mutex_unlock(&mutex);
	flush();
	return 0;
}

int main(void) {
	start(add, 0);
	start(add, 1);
	join();
	REQUIRE(flushed == 2);
}
