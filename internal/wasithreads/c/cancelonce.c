// The routine of pthread_once runs again if the thread that began it ended in it; another one waits for that.
#include "check.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int begun, finished;
static sem_t inside;

static void routine(void) {
	if (begun++ == 0) {
		sem_post(&inside);
		for (;;)
			pthread_testcancel();
	}
	finished++;
}

static void *run(void *argument) {
	CHECK(pthread_once(&once, routine) == 0);
	return 0;
}

int main(void) {
	pthread_t first, second;
	void *result;
	sem_init(&inside, 0, 0);
	CHECK(pthread_create(&first, 0, run, 0) == 0);
	sem_wait(&inside);
	CHECK(pthread_create(&second, 0, run, 0) == 0);
	CHECK(pthread_cancel(first) == 0);
	CHECK(pthread_join(first, &result) == 0 && result == PTHREAD_CANCELED);
	CHECK(pthread_join(second, &result) == 0 && result == 0);
	run(0);
	printf("begun %d times, finished %d times\n", begun, finished);
	return 0;
}
