// Threads that allocate, pass what they have on to others, and free what they get: heap [rounds].
#include "check.h"

#include <pthread.h>
#include <string.h>

enum { threads = 4, shelves = 32 };

static unsigned char *shelf[shelves]; // the first byte tells the length, which all others have
static int rounds;

static unsigned char *make(unsigned *state) {
	int length = 2 + scramble(state) % 250;
	unsigned char *p = malloc(length);
	CHECK(p);
	return memset(p, length, length);
}

static void *work(void *argument) {
	unsigned state = (int)argument;
	for (int i = 0; i < rounds; i++) {
		unsigned char *p = __atomic_exchange_n(&shelf[scramble(&state) % shelves], make(&state), __ATOMIC_SEQ_CST);
		for (int n = 0; p && n < p[0]; n++)
			CHECK(p[n] == p[0]);
		free(p);
	}
	return 0;
}

int main(int argc, char **argv) {
	rounds = argument(argc, argv, 1, 1000);
	pthread_t thread[threads];
	int left = 0;
	for (int i = 0; i < threads; i++)
		CHECK(pthread_create(&thread[i], 0, work, (void *)(i + 1)) == 0);
	for (int i = 0; i < threads; i++)
		CHECK(pthread_join(thread[i], 0) == 0);
	for (int i = 0; i < shelves; i++)
		left += shelf[i] != 0;
	printf("%d of %d shelves are full\n", left, shelves);
	return 0;
}
