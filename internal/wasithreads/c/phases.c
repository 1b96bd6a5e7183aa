// Sums of all that comes before, in phases that a barrier separates: phases [threads]. In each phase a thread adds what
// stands twice as far before it as in the last.
#include "check.h"

#include <pthread.h>

enum { most = 64 };

static pthread_barrier_t barrier;
static int threads, from[most], to[most], serial;

static void *sum(void *argument) {
	int me = (int)argument;
	for (int distance = 1; distance < threads; distance *= 2) {
		to[me] = from[me] + (me >= distance ? from[me - distance] : 0);
		if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			serial++;
		from[me] = to[me];
		pthread_barrier_wait(&barrier);
	}
	return 0;
}

int main(int argc, char **argv) {
	threads = argument(argc, argv, 1, 16);
	CHECK(threads <= most && pthread_barrier_init(&barrier, 0, threads) == 0);
	pthread_t thread[most];
	for (int i = 0; i < threads; i++)
		from[i] = i + 1;
	for (int i = 1; i < threads; i++)
		CHECK(pthread_create(&thread[i], 0, sum, (void *)i) == 0);
	sum(0);
	CHECK(pthread_barrier_destroy(&barrier) == 0);
	for (int i = 1; i < threads; i++)
		CHECK(pthread_join(thread[i], 0) == 0);
	for (int i = 0; i < threads; i++)
		CHECK(from[i] == (i + 1) * (i + 2) / 2);
	printf("%d threads, sum %d, %d phases\n", threads, from[threads - 1], serial);
	return 0;
}
