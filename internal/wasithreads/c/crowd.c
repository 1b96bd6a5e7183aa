// More threads use a barrier than it waits for, and who is told so destroys the last one.
#include "check.h"

#include <pthread.h>
#include <stdlib.h>

enum { threads = 3, pairs = 300 };

static pthread_barrier_t barrier;
static int tickets, serials;

static void *meet(void *argument) {
	while (__atomic_fetch_add(&tickets, 1, __ATOMIC_SEQ_CST) < 2 * pairs) {
		int result = pthread_barrier_wait(&barrier);
		CHECK(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD);
		if (result)
			__atomic_fetch_add(&serials, 1, __ATOMIC_SEQ_CST);
	}
	return 0;
}

// Who is the serial thread frees the barrier, while the other may still be inside.
static void *leave(void *argument) {
	pthread_barrier_t *b = argument;
	if (pthread_barrier_wait(b)) {
		CHECK(pthread_barrier_destroy(b) == 0);
		*b = (pthread_barrier_t){0};
		free(b);
	}
	return 0;
}

int main(void) {
	pthread_t thread[threads];
	CHECK(pthread_barrier_init(&barrier, 0, 2) == 0);
	for (int i = 0; i < threads; i++)
		CHECK(pthread_create(&thread[i], 0, meet, 0) == 0);
	for (int i = 0; i < threads; i++)
		CHECK(pthread_join(thread[i], 0) == 0);
	CHECK(pthread_barrier_destroy(&barrier) == 0);
	printf("%d pairs met\n", serials);
	for (int i = 0; i < 20; i++) {
		pthread_barrier_t *b = malloc(sizeof *b);
		CHECK(pthread_barrier_init(b, 0, 2) == 0);
		CHECK(pthread_create(&thread[0], 0, leave, b) == 0);
		leave(b);
		CHECK(pthread_join(thread[0], 0) == 0);
	}
	puts("freed barriers");
	return 0;
}
