// Lost signal. A condition variable remembers nothing: without a predicate, who waits after the signal waits for
// ever. Deadlock.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
static int letter, delivered;

static void *deliver(void *number) {
	pthread_mutex_lock(&mutex);
	letter = 7;
	delivered = 1;
	pthread_cond_signal(&arrived);
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void *read_letter(void *number) {
	pthread_mutex_lock(&mutex);
#ifdef FIXED
	while (!delivered)
#endif
		pthread_cond_wait(&arrived, &mutex);
	REQUIRE(letter == 7);
	pthread_mutex_unlock(&mutex);
	return 0;
}

int main(void) {
	start(read_letter, 0);
	start(deliver, 0);
	join();
}
