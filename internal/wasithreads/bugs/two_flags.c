// Producer and consumer with a slot and two flags. The consumer says that the slot is empty before it has read it, so
// the next item may be there already. No data race: all is atomic. Trap.
#include "bug.h"

#include <sched.h>
#include <stdatomic.h>

enum { items = 2 };

static atomic_int slot, full;

static void *produce(void *number) {
	for (int i = 1; i <= items; i++) {
		while (atomic_load(&full))
			sched_yield();
		atomic_store(&slot, i);
		atomic_store(&full, 1);
	}
	return 0;
}

static void *consume(void *number) {
	for (int i = 1; i <= items; i++) {
		while (!atomic_load(&full))
			sched_yield();
#ifdef FIXED
		int got = atomic_load(&slot);
		atomic_store(&full, 0);
#else
		atomic_store(&full, 0);
		int got = atomic_load(&slot);
#endif
		REQUIRE(got == i);
	}
	return 0;
}

int main(void) {
	start(produce, 0);
	start(consume, 0);
	join();
}
