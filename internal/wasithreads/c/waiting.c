// Many threads that wait together and are woken together: waiting [threads] [rounds].
#include "check.h"

#include <pthread.h>

enum { stackSize = 8 << 10 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t go = PTHREAD_COND_INITIALIZER, ready = PTHREAD_COND_INITIALIZER;
static int threads, rounds, waiting, round_, woken;

static void *wait_rounds(void *argument) {
	pthread_mutex_lock(&lock);
	for (int next = 1; next <= rounds; next++) {
		if (++waiting == threads)
			pthread_cond_signal(&ready);
		while (round_ < next)
			pthread_cond_wait(&go, &lock);
		woken++;
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

int main(int argc, char **argv) {
	threads = argument(argc, argv, 1, 100);
	rounds = argument(argc, argv, 2, 3);
	pthread_t *thread = calloc(threads, sizeof *thread);
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	CHECK(thread && pthread_attr_setstacksize(&attributes, stackSize) == 0);
	for (int i = 0; i < threads; i++)
		CHECK(pthread_create(&thread[i], &attributes, wait_rounds, 0) == 0);
	pthread_mutex_lock(&lock);
	while (round_ < rounds) {
		while (waiting < threads)
			pthread_cond_wait(&ready, &lock);
		waiting = 0;
		round_++;
		pthread_cond_broadcast(&go);
	}
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < threads; i++)
		CHECK(pthread_join(thread[i], 0) == 0);
	printf("%d threads woken %d times\n", threads, woken);
	return 0;
}
