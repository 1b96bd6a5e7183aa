// Order violation, of as many threads as the command line says. All but one open something: they say that it is open
// before it is ready. The last one sees it open while none of them has come to the second step. The more threads
// there are, the more of them have to be held back at once. Trap, and data race.
#include "bug.h"

static int opened, ready;

#ifdef FIXED
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static void *opener(void *number) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	opened = 1;
	ready = 1;
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	return 0;
}

static void *user(void *number) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	if (opened)
		REQUIRE(ready);
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	return 0;
}

int main(int argc, char **argv) {
	int threads = argument(argc, argv, 2);
	for (int i = 1; i < threads; i++)
		start(opener, i);
	start(user, 0);
	join();
}
