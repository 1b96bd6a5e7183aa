// A thread ends the program while the others wait: exitcode [code].
#include "check.h"

#include <pthread.h>
#include <semaphore.h>

static sem_t never;

static void *wait_for_ever(void *argument) {
	sem_wait(&never);
	return 0;
}

static void *leave(void *argument) {
	puts("the thread leaves");
	exit((int)argument);
}

int main(int argc, char **argv) {
	pthread_t a, b;
	CHECK(pthread_create(&a, 0, wait_for_ever, 0) == 0);
	CHECK(pthread_create(&b, 0, leave, (void *)argument(argc, argv, 1, 7)) == 0);
	pthread_join(a, 0);
	puts("not reached");
	return 0;
}
