// A bounded buffer with one condition variable for both sides. A consumer's signal may wake another consumer, which
// goes to sleep again, and the producer sleeps on. No data race. Deadlock.
#include "bug.h"

enum { capacity = 1, rounds = 2 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int items;

static void tell(void) {
#ifdef FIXED
	pthread_cond_broadcast(&changed);
#else
	pthread_cond_signal(&changed);
#endif
}

static void *produce(void *number) {
	for (int i = 0; i < rounds; i++) {
		pthread_mutex_lock(&mutex);
		while (items == capacity)
			pthread_cond_wait(&changed, &mutex);
		items++;
		tell();
		pthread_mutex_unlock(&mutex);
	}
	return 0;
}

static void *consume(void *number) {
	pthread_mutex_lock(&mutex);
	while (items == 0)
		pthread_cond_wait(&changed, &mutex);
	items--;
	tell();
	pthread_mutex_unlock(&mutex);
	return 0;
}

int main(void) {
	start(consume, 0);
	start(consume, 1);
	start(produce, 0);
	join();
	REQUIRE(items == 0);
}
