// From reader to writer without another look. A thread finds under the reader's lock that something is missing, lets
// go, takes the writer's lock, and adds it; another one has done so in between. No data race. Trap.
#include "bug.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int entries;

static void *ensure(void *number) {
	pthread_rwlock_rdlock(&lock);
	int missing = entries == 0;
	pthread_rwlock_unlock(&lock);
	if (!missing)
		return 0;
	pthread_rwlock_wrlock(&lock);
#ifdef FIXED
	missing = entries == 0;
#endif
	if (missing)
		entries++;
	pthread_rwlock_unlock(&lock);
	return 0;
}

int main(void) {
	start(ensure, 0);
	start(ensure, 1);
	join();
	REQUIRE(entries == 1);
}
