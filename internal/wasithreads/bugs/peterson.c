// Peterson's lock in the wrong order. A thread gives the turn away before it has said that it wants to enter, so one
// that comes in between believes that it is alone, and the first one has the turn. No data race. Trap.
#include "bug.h"

#include <sched.h>
#include <stdatomic.h>

static atomic_int wants[2], turn, inside;

static void enter(int me) {
#ifdef FIXED
	atomic_store(&wants[me], 1);
	atomic_store(&turn, 1 - me);
#else
	atomic_store(&turn, 1 - me);
	atomic_store(&wants[me], 1);
#endif
	while (atomic_load(&wants[1 - me]) && atomic_load(&turn) == 1 - me)
		sched_yield();
}

static void *work(void *number) {
	int me = (int)number;
	enter(me);
	REQUIRE(atomic_fetch_add(&inside, 1) == 0);
	atomic_fetch_sub(&inside, 1);
	atomic_store(&wants[me], 0);
	return 0;
}

int main(void) {
	start(work, 0);
	start(work, 1);
	join();
}
