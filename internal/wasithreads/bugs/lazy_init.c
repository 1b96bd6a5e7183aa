// Lazy initialisation. Two threads find that there is nothing yet, and both make it. Trap, and data race.
#include "bug.h"

#include <stdatomic.h>

struct table {
	int entries;
};

static struct table *table;
static atomic_int made;

#ifdef FIXED
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static struct table *make(void) {
	atomic_fetch_add(&made, 1);
	return calloc(1, sizeof(struct table));
}

static struct table *get(void) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	if (!table)
		table = make();
	struct table *t = table;
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	return t;
}

static void *use(void *number) {
	REQUIRE(get()->entries == 0);
	return 0;
}

int main(void) {
	start(use, 0);
	start(use, 1);
	join();
	REQUIRE(atomic_load(&made) == 1);
}
