// A list of free blocks that is changed without a lock. Two threads take the same block. Data race. Trap.
#include "bug.h"

#include <stdatomic.h>

enum { blocks = 3 };

struct block {
	struct block *next;
	atomic_int owners;
};

static struct block block[blocks], *available;

#ifdef FIXED
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static struct block *after(struct block *b) { return b->next; }

static void *allocate(void *number) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	struct block *b = available;
	available = after(b);
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	REQUIRE(atomic_fetch_add(&b->owners, 1) == 0);
	return 0;
}

int main(void) {
	for (int i = 0; i < blocks; i++) {
		block[i].next = available;
		available = &block[i];
	}
	start(allocate, 0);
	start(allocate, 1);
	join();
}
