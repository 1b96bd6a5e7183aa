// An event that is reset after the wait. What is set between waking up and the reset is lost, and the second wait is
// for ever. No data race. Deadlock.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int event, work, done;

static void set(void) {
	pthread_mutex_lock(&mutex);
	work++;
	event = 1;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
}

static void await(void) {
	pthread_mutex_lock(&mutex);
	while (!event)
		pthread_cond_wait(&changed, &mutex);
#ifdef FIXED
	event = 0;
#endif
	pthread_mutex_unlock(&mutex);
}

static void take(void) {
	pthread_mutex_lock(&mutex);
	done += work;
	work = 0;
	pthread_mutex_unlock(&mutex);
}

static void reset(void) {
#ifndef FIXED
	pthread_mutex_lock(&mutex);
	event = 0;
	pthread_mutex_unlock(&mutex);
#endif
}

static void *consume(void *number) {
	while (done < 2) {
		await();
		take();
		reset();
	}
	return 0;
}

static void *produce(void *number) {
	set();
	set();
	return 0;
}

int main(void) {
	start(consume, 0);
	start(produce, 0);
	join();
	REQUIRE(done == 2);
}
