// A mutex in what was freed. A thread closes an object under its lock, frees it, and puts something else there, while
// another one waits for the lock or is about to. It takes the new content for a mutex that somebody has. Heap, and
// data race. Deadlock.
#include "bug.h"

struct object {
	int padding[4];
	pthread_mutex_t mutex;
	int uses;
};

static void *use(void *object) {
	struct object *o = object;
	pthread_mutex_lock(&o->mutex);
	o->uses++;
	pthread_mutex_unlock(&o->mutex);
	return 0;
}

static void end(struct object *o) {
	pthread_mutex_lock(&o->mutex);
	pthread_mutex_unlock(&o->mutex);
	pthread_mutex_destroy(&o->mutex);
	free(o);
}

int main(void) {
	struct object *o = calloc(1, sizeof *o);
	start(use, (long)o);
#ifdef FIXED
	join();
#endif
	end(o);
	int *next = malloc(sizeof *o);
	for (unsigned i = 0; i < sizeof *o / sizeof *next; i++)
		next[i] = 7;
	join();
	free(next);
}
