// Variables and keys of which each thread has its own.
#include "check.h"

#include <pthread.h>
#include <stdint.h>

enum { threads = 6, rounds = 200 };

static _Thread_local int zero, five = 5;
static _Thread_local const char *text = "initial";
static _Thread_local _Alignas(64) char aligned[64] = {1};

static pthread_barrier_t barrier;
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int made, destroyed, *addresses[threads];

static void make(void) {
	made++;
	CHECK(pthread_key_create(&key, 0) == 0);
}

static void destroy(void *value) {
	free(value);
	__atomic_fetch_add(&destroyed, 1, __ATOMIC_SEQ_CST);
}

static void *run(void *argument) {
	int me = (int)argument;
	pthread_key_t own;
	CHECK(zero == 0 && five == 5 && text[0] == 'i' && aligned[0] == 1 && (uintptr_t)aligned % 64 == 0);
	addresses[me] = &zero;
	CHECK(pthread_once(&once, make) == 0 && pthread_getspecific(key) == 0);
	CHECK(pthread_key_create(&own, destroy) == 0);
	pthread_setspecific(own, malloc(100));
	for (int i = 0; i < rounds; i++) {
		zero += me;
		five++;
		pthread_setspecific(key, &addresses[(me + i) % threads]);
		pthread_barrier_wait(&barrier);
		CHECK(zero == me * (i + 1) && five == 6 + i && pthread_getspecific(key) == &addresses[(me + i) % threads]);
	}
	return 0;
}

int main(void) {
	pthread_t thread[threads];
	pthread_barrier_init(&barrier, 0, threads);
	five = 1;
	for (int i = 0; i < threads; i++)
		CHECK(pthread_create(&thread[i], 0, run, (void *)i) == 0);
	for (int i = 0; i < threads; i++)
		CHECK(pthread_join(thread[i], 0) == 0);
	for (int i = 0; i < threads; i++)
		for (int j = 0; j < i; j++)
			CHECK(addresses[i] != addresses[j] && addresses[i] != &zero);
	CHECK(five == 1 && made == 1);
	printf("%d threads, %d destroyed\n", threads, destroyed);
	return 0;
}
