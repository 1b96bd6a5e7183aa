// The address of a loop's variable. Each thread gets a pointer to the number that main counts, not the number: some
// numbers come twice, some never. Data race. Trap.
#include "bug.h"

enum { threads = 3 };

static int seen[threads + 1];

static void *work(void *number) {
#ifdef FIXED
	int n = (int)number;
#else
	int n = *(int *)number;
#endif
	__atomic_fetch_add(&seen[n], 1, __ATOMIC_SEQ_CST);
	return 0;
}

int main(void) {
	int i;
	for (i = 0; i < threads; i++)
#ifdef FIXED
		start(work, i);
#else
		start(work, (long)&i);
#endif
	join();
	for (i = 0; i < threads; i++)
		REQUIRE(seen[i] == 1);
}
