// Work-stealing queue. The owner takes from one end, a thief from the other. For the last item both look at the ends,
// and neither asks for it by a compare-and-swap: it is taken twice. No data race. Trap.
#include "bug.h"

#include <stdatomic.h>

enum { items = 2 };

static atomic_int head, tail = items;
static atomic_int taken[items];

static void take(int i) { REQUIRE(atomic_fetch_add(&taken[i], 1) == 0); }

static void *owner(void *number) {
	for (;;) {
		int t = atomic_fetch_sub(&tail, 1) - 1;
		int h = atomic_load(&head);
		if (h < t) {
			take(t);
			continue;
		}
#ifdef FIXED
		if (h == t && atomic_compare_exchange_strong(&head, &h, h + 1))
#else
		if (h == t)
#endif
			take(t);
		atomic_store(&tail, t + 1);
		return 0;
	}
}

static void *thief(void *number) {
	int h = atomic_load(&head);
	if (h >= atomic_load(&tail))
		return 0;
#ifdef FIXED
	if (atomic_compare_exchange_strong(&head, &h, h + 1))
		take(h);
#else
	atomic_store(&head, h + 1);
	take(h);
#endif
	return 0;
}

int main(void) {
	start(owner, 0);
	start(thief, 0);
	join();
}
