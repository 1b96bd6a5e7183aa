// The greatest of many. A thread sees that its number is greater and stores it, over one that is greater still and
// came in between. No data race. Trap.
#include "bug.h"

#include <stdatomic.h>

static atomic_int greatest;

static void *offer(void *number) {
	int n = (int)number, seen = atomic_load(&greatest);
#ifdef FIXED
	while (n > seen && !atomic_compare_exchange_strong(&greatest, &seen, n))
		;
#else
	if (n > seen)
		atomic_store(&greatest, n);
#endif
	return 0;
}

int main(void) {
	for (int i = 1; i <= 3; i++)
		start(offer, i);
	join();
	REQUIRE(atomic_load(&greatest) == 3);
}
