// Threads that end at once: spawn [threads], one after the other and then many together.
#include "check.h"

#include <pthread.h>

enum { together = 8 };

static int ran;

static void *run(void *argument) {
	__atomic_fetch_add(&ran, 1, __ATOMIC_SEQ_CST);
	return argument;
}

int main(int argc, char **argv) {
	int threads = argument(argc, argv, 1, 100);
	pthread_t thread[together];
	void *result;
	for (int i = 0; i < threads; i++) {
		CHECK(pthread_create(&thread[0], 0, run, (void *)i) == 0);
		CHECK(pthread_join(thread[0], &result) == 0 && (int)result == i);
	}
	for (int round = 0; round < threads / together; round++) {
		for (int i = 0; i < together; i++)
			CHECK(pthread_create(&thread[i], 0, run, (void *)i) == 0);
		for (int i = 0; i < together; i++)
			CHECK(pthread_join(thread[i], &result) == 0 && (int)result == i);
	}
	printf("%d threads\n", ran);
	return 0;
}
