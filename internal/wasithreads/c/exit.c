// Threads that end in the middle of what they do, with handlers and destructors to run; then the first one.
#include "check.h"

#include <pthread.h>
#include <unistd.h>

static pthread_key_t key;

static void clean(void *argument) { printf("handler %d\n", (int)argument); }

static void destroy(void *value) { printf("destructor of %d\n", (int)value); }

static void deep(int depth) {
	if (depth == 0)
		pthread_exit((void *)42);
	deep(depth - 1);
	puts("not reached");
}

static void *leave(void *argument) {
	pthread_setspecific(key, argument);
	pthread_cleanup_push(clean, (void *)1);
	pthread_cleanup_push(clean, (void *)2);
	pthread_cleanup_push(clean, (void *)3);
	pthread_cleanup_pop(1);
	deep(5);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return 0;
}

static void *cancelled(void *argument) {
	for (;;) {
		pthread_testcancel();
		usleep(1000);
	}
}

static pthread_t first;

static void *last(void *argument) {
	void *result;
	CHECK(pthread_join(first, &result) == 0);
	printf("the first thread has ended with %d\n", (int)result);
	return 0;
}

int main(void) {
	pthread_t thread;
	void *result;
	CHECK(pthread_key_create(&key, destroy) == 0);
	CHECK(pthread_create(&thread, 0, leave, (void *)7) == 0);
	CHECK(pthread_join(thread, &result) == 0);
	printf("result %d\n", (int)result);
	CHECK(pthread_create(&thread, 0, cancelled, 0) == 0);
	CHECK(pthread_cancel(thread) == 0);
	CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
	first = pthread_self();
	CHECK(pthread_create(&thread, 0, last, 0) == 0);
	pthread_exit((void *)5);
}
