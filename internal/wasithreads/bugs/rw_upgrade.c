// Upgrade of a reader's lock. Two readers keep their lock while they wait to become the only one, each for the other
// to leave. Deadlock.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;
static int readers, writing, value;

static void read_lock(void) {
	pthread_mutex_lock(&mutex);
	while (writing)
		pthread_cond_wait(&left, &mutex);
	readers++;
	pthread_mutex_unlock(&mutex);
}

// upgrade reports whether the lock was kept on the way: what was read is still so.
static int upgrade(void) {
	int kept = 1;
	pthread_mutex_lock(&mutex);
#ifdef FIXED
	if (readers > 1) {
		readers--;
		kept = 0;
		pthread_cond_broadcast(&left);
		while (readers > 0 || writing)
			pthread_cond_wait(&left, &mutex);
		readers++;
	}
#else
	while (readers > 1)
		pthread_cond_wait(&left, &mutex);
#endif
	readers--;
	writing = 1;
	pthread_mutex_unlock(&mutex);
	return kept;
}

static void write_unlock(void) {
	pthread_mutex_lock(&mutex);
	writing = 0;
	pthread_cond_broadcast(&left);
	pthread_mutex_unlock(&mutex);
}

static void *work(void *number) {
	read_lock();
	int seen = value;
	if (!upgrade())
		seen = value;
	value = seen + 1;
	write_unlock();
	return 0;
}

int main(void) {
	start(work, 0);
	start(work, 1);
	join();
	REQUIRE(value == 2);
}
