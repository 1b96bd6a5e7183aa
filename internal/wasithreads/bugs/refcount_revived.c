// A reference to what is already gone. A thread finds an object in a cache and counts itself in, while the last owner
// has counted down to zero and is about to free it. Heap; the poison shows as a trap.
#include "bug.h"

#include <stdatomic.h>

struct object {
	int padding[4];
	atomic_int references, poison;
};

static struct object *_Atomic cache;

#ifdef FIXED
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static void lock_cache(void) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
}

static void unlock_cache(void) {
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
}

static struct object *get(void) {
	lock_cache();
	struct object *o = atomic_load(&cache);
	if (o)
		atomic_fetch_add(&o->references, 1);
	unlock_cache();
	return o;
}

static void release(struct object *o) {
	lock_cache();
	int last = atomic_fetch_sub(&o->references, 1) == 1;
	if (last)
		atomic_store(&cache, 0);
	unlock_cache();
	if (last) {
		atomic_store(&o->poison, 1);
		free(o);
	}
}

static void *use(void *number) {
	struct object *o = get();
	if (o) {
		REQUIRE(!atomic_load(&o->poison));
		release(o);
	}
	return 0;
}

static void *owner(void *object) {
	release(object);
	return 0;
}

int main(void) {
	struct object *o = calloc(1, sizeof *o);
	atomic_store(&o->references, 1);
	atomic_store(&cache, o);
	start(use, 0);
	start(owner, (long)o);
	join();
}
