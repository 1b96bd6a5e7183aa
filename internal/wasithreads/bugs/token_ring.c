// Token ring. Each thread works when it has the token, and passes it on; the broken one passes it on first. Its work
// then meets that of its neighbour. No data race. Trap.
#include "bug.h"

#include <stdatomic.h>

enum { threads = 3 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static int token;
static atomic_int working;

static void await(int me) {
	pthread_mutex_lock(&mutex);
	while (token != me)
		pthread_cond_wait(&moved, &mutex);
	pthread_mutex_unlock(&mutex);
}

static void pass(int to) {
	pthread_mutex_lock(&mutex);
	token = to;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&mutex);
}

static void work(void) {
	REQUIRE(atomic_fetch_add(&working, 1) == 0);
	atomic_fetch_sub(&working, 1);
}

static void *member(void *number) {
	int me = (int)number;
	await(me);
#ifdef FIXED
	work();
	pass(me + 1);
#else
	pass(me + 1);
	work();
#endif
	return 0;
}

int main(void) {
	for (int i = 0; i < threads; i++)
		start(member, i);
	join();
}
