// A sequence lock that counts once. The writer changes the number after it has written, not before and after, so who
// reads in the middle finds nothing suspicious. No data race: all is atomic. Trap.
#include "bug.h"

#include <sched.h>
#include <stdatomic.h>

static atomic_int sequence, left, right;

static void *write_pair(void *value) {
#ifdef FIXED
	atomic_fetch_add(&sequence, 1);
#endif
	atomic_store(&left, (int)value);
	atomic_store(&right, (int)value);
	atomic_fetch_add(&sequence, 1);
	return 0;
}

static void *read_pair(void *number) {
	for (;;) {
		int before = atomic_load(&sequence);
		int l = atomic_load(&left), r = atomic_load(&right);
#ifdef FIXED
		if (before % 2 == 0 && before == atomic_load(&sequence)) {
#else
		if (before == atomic_load(&sequence)) {
#endif
			REQUIRE(l == r);
			return 0;
		}
		sched_yield();
	}
}

int main(void) {
	start(write_pair, 5);
	start(read_pair, 0);
	join();
}
