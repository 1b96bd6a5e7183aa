// A signal for one of many. Threads wait for different numbers with the same condition variable, and the signal wakes
// the one whose number has not come. No data race. Deadlock.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int number;

static void *wait_for_number(void *wanted) {
	pthread_mutex_lock(&mutex);
	while (number < (int)wanted)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void *count(void *unused) {
	for (int i = 0; i < 2; i++) {
		pthread_mutex_lock(&mutex);
		number++;
#ifdef FIXED
		pthread_cond_broadcast(&changed);
#else
		pthread_cond_signal(&changed);
#endif
		pthread_mutex_unlock(&mutex);
	}
	return 0;
}

int main(void) {
	start(wait_for_number, 1);
	start(wait_for_number, 2);
	start(count, 0);
	join();
}
