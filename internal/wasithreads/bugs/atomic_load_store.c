// Read, modify, write through atomics. Load and store are atomic each, both together are not, so an addition may be
// lost. No data race. Trap.
#include "bug.h"

#include <stdatomic.h>

static atomic_int counter;

static void *work(void *number) {
	for (int i = 0; i < 2; i++) {
#ifdef FIXED
		atomic_fetch_add(&counter, 1);
#else
		int n = atomic_load(&counter);
		atomic_store(&counter, n + 1);
#endif
	}
	return 0;
}

int main(void) {
	start(work, 0);
	start(work, 1);
	join();
	REQUIRE(atomic_load(&counter) == 4);
}
