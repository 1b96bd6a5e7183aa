// Threads that look at a plain variable until another thread has changed it. Nothing that they do waits, so a scheduler
// must interrupt them: spin [threads].
#include "check.h"

#include <pthread.h>

static volatile int turn;

static void *spin(void *argument) {
	int me = (int)argument;
	while (turn != me)
		;
	turn = me + 1;
	return 0;
}

int main(int argc, char **argv) {
	int threads = argument(argc, argv, 1, 4);
	pthread_t *thread = calloc(threads, sizeof *thread);
	for (int i = threads; i > 0; i--) // the one that comes first begins last
		CHECK(pthread_create(&thread[i - 1], 0, spin, (void *)i) == 0);
	turn = 1;
	while (turn != threads + 1)
		;
	for (int i = 0; i < threads; i++)
		CHECK(pthread_join(thread[i], 0) == 0);
	printf("%d turns\n", turn - 1);
	return 0;
}
