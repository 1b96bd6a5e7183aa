// An array that moves when it grows. A thread keeps the address of an element while another one lets the array grow,
// and writes to where it has been. No data race on the pointer. Heap. Trap.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int *values, length = 4;

static void *set(void *number) {
	pthread_mutex_lock(&mutex);
	int *v = &values[0];
#ifndef FIXED
	pthread_mutex_unlock(&mutex);
	pthread_mutex_lock(&mutex);
#endif
	*v = 5;
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void *grow(void *number) {
	pthread_mutex_lock(&mutex);
	int *more = calloc((size_t)length * 8, sizeof *more);
	for (int i = 0; i < length; i++)
		more[i] = values[i];
	free(values);
	values = more;
	length *= 8;
	pthread_mutex_unlock(&mutex);
	return 0;
}

int main(void) {
	values = calloc((size_t)length, sizeof *values);
	start(set, 0);
	start(grow, 0);
	join();
	REQUIRE(values[0] == 5);
}
