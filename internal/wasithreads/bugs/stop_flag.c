// A plain flag that a loop looks at. Not optimised it ends; a compiler may read the flag once. Data race, and no more
// than that.
#include "bug.h"

#include <sched.h>
#include <stdatomic.h>

#ifdef FIXED
static atomic_int stop;
#else
static int stop;
#endif

static void *work(void *number) {
	while (!stop)
		sched_yield();
	return 0;
}

int main(void) {
	start(work, 0);
	stop = 1;
	join();
}
