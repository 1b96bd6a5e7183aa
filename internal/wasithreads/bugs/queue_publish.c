// A queue without locks whose producers reserve a place and fill it afterwards. The consumer takes reserved places
// for filled ones. No data race: all is atomic. Trap.
#include "bug.h"

#include <stdatomic.h>

enum { producers = 2 };

static atomic_int places[producers], reserved;

static void *produce(void *number) {
	int at = atomic_fetch_add(&reserved, 1);
	atomic_store(&places[at], 1 + (int)number);
	return 0;
}

static void *consume(void *number) {
	int n = atomic_load(&reserved);
	for (int i = 0; i < n; i++) {
		int got = atomic_load(&places[i]);
#ifdef FIXED
		if (got == 0)
			break; // it comes later
#endif
		REQUIRE(got != 0);
	}
	return 0;
}

int main(void) {
	for (int i = 0; i < producers; i++)
		start(produce, i);
	start(consume, 0);
	join();
}
