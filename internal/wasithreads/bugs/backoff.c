// Two threads that give way to each other. Each has a lock, does not get that of the other, lets go, and tries again;
// after three times one gives up. No data race. Exit with how many have given up.
#include "bug.h"

static pthread_mutex_t mutexes[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static int failures[2];

static void *work(void *number) {
	int me = (int)number;
#ifdef FIXED
	pthread_mutex_lock(&mutexes[0]);
	pthread_mutex_lock(&mutexes[1]);
	pthread_mutex_unlock(&mutexes[1]);
	pthread_mutex_unlock(&mutexes[0]);
	return 0;
#else
	for (int i = 0; i < 3; i++) {
		pthread_mutex_lock(&mutexes[me]);
		int got = pthread_mutex_trylock(&mutexes[1 - me]) == 0;
		if (got)
			pthread_mutex_unlock(&mutexes[1 - me]);
		pthread_mutex_unlock(&mutexes[me]);
		if (got)
			return 0;
	}
	failures[me] = 1;
	return 0;
#endif
}

int main(void) {
	start(work, 0);
	start(work, 1);
	join();
	return failures[0] + failures[1];
}
