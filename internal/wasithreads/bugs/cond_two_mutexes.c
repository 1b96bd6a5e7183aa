// A condition variable with two mutexes. The waiter looks under one, the other thread changes the state and signals
// under another, so the signal may come between looking and waiting. Data race. Deadlock.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#ifndef FIXED
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
#endif
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int ready;

static int is_ready(void) { return ready; }

static void *wait_for_it(void *number) {
	pthread_mutex_lock(&mutex);
	while (!is_ready())
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void *set(void *number) {
#ifdef FIXED
	pthread_mutex_t *m = &mutex;
#else
	pthread_mutex_t *m = &other;
#endif
	pthread_mutex_lock(m);
	ready = 1;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(m);
	return 0;
}

int main(void) {
	start(wait_for_it, 0);
	start(set, 0);
	join();
}
