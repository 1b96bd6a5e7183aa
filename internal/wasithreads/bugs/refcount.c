// A count of references that goes down in two steps. Both owners see that one reference is left, or that none is, so
// the object is ended never, or twice. No data race. Trap.
#include "bug.h"

#include <stdatomic.h>

static atomic_int references = 2, ended;

static void *drop(void *number) {
#ifdef FIXED
	if (atomic_fetch_sub(&references, 1) == 1)
		atomic_fetch_add(&ended, 1);
#else
	atomic_fetch_sub(&references, 1);
	if (atomic_load(&references) == 0)
		atomic_fetch_add(&ended, 1);
#endif
	return 0;
}

int main(void) {
	start(drop, 0);
	start(drop, 1);
	join();
	REQUIRE(atomic_load(&ended) == 1);
}
