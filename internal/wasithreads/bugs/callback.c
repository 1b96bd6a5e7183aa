// A callback that is called after it was removed. The caller copies the list under the lock and calls without it;
// removing does not wait for calls that are under way, and what the callback needs is freed. Heap, and data race; the
// poison shows as a trap.
#include "bug.h"

struct context {
	int padding[4];
	int alive, calls;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
static struct context *registered;
static int calling;

static void call(struct context *c) {
	REQUIRE(c->alive);
	c->calls++;
}

static void *dispatch(void *number) {
	pthread_mutex_lock(&mutex);
	struct context *c = registered;
	calling++;
	pthread_mutex_unlock(&mutex);
	if (c)
		call(c);
	pthread_mutex_lock(&mutex);
	calling--;
	pthread_cond_signal(&idle);
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void *unregister(void *number) {
	pthread_mutex_lock(&mutex);
	struct context *c = registered;
	registered = 0;
#ifdef FIXED
	while (calling > 0)
		pthread_cond_wait(&idle, &mutex);
#endif
	pthread_mutex_unlock(&mutex);
	c->alive = 0;
	free(c);
	return 0;
}

int main(void) {
	registered = calloc(1, sizeof *registered);
	registered->alive = 1;
	start(dispatch, 0);
	start(unregister, 0);
	join();
}
