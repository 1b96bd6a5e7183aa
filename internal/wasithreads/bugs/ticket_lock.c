// A ticket lock whose tickets are drawn in two steps. Two threads get the same one and are inside together. No data
// race: all is atomic. Trap.
#include "bug.h"

#include <sched.h>
#include <stdatomic.h>

static atomic_int next, serving, inside;

static int draw(void) {
#ifdef FIXED
	return atomic_fetch_add(&next, 1);
#else
	int ticket = atomic_load(&next);
	atomic_store(&next, ticket + 1);
	return ticket;
#endif
}

static void *work(void *number) {
	int ticket = draw();
	while (atomic_load(&serving) < ticket)
		sched_yield();
	REQUIRE(atomic_fetch_add(&inside, 1) == 0);
	atomic_fetch_sub(&inside, 1);
	atomic_fetch_add(&serving, 1);
	return 0;
}

int main(void) {
	start(work, 0);
	start(work, 1);
	join();
}
