// Mutual exclusion with flags, where each looks at the flag of the other before it has raised its own. Both get in.
// No data race: the flags are atomic. Trap.
#include "bug.h"

#include <stdatomic.h>

static atomic_int wants[2], inside;

static int enter(int me) {
#ifdef FIXED
	atomic_store(&wants[me], 1);
	if (!atomic_load(&wants[1 - me]))
		return 1;
	atomic_store(&wants[me], 0);
	return 0;
#else
	if (atomic_load(&wants[1 - me]))
		return 0;
	atomic_store(&wants[me], 1);
	return 1;
#endif
}

static void *work(void *number) {
	int me = (int)number;
	if (!enter(me))
		return 0; // it would try again later
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
