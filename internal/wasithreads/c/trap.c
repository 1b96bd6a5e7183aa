// A thread traps while the others wait. That ends the program.
#include "check.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *trap(void *argument) { __builtin_trap(); }

static void *wait_for_ever(void *argument) {
	pthread_mutex_lock(&lock);
	return 0;
}

int main(void) {
	pthread_t a, b;
	pthread_mutex_lock(&lock);
	CHECK(pthread_create(&a, 0, wait_for_ever, 0) == 0);
	puts("a thread will trap");
	fflush(stdout);
	CHECK(pthread_create(&b, 0, trap, 0) == 0);
	pthread_join(b, 0);
	puts("not reached");
	return 0;
}
