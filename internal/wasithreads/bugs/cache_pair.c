// A cache with one entry, key and value. Both are atomic, but not together: who finds the key reads the value of
// another one. No data race. Trap.
#include "bug.h"

#include <stdatomic.h>

static atomic_int key, value;

#ifdef FIXED
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static int square(int n) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	int v;
	if (atomic_load(&key) == n) {
		v = atomic_load(&value);
	} else {
		v = n * n;
		atomic_store(&key, n);
		atomic_store(&value, v);
	}
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	return v;
}

static void *work(void *number) {
	int n = (int)number;
	REQUIRE(square(n) == n * n);
	return 0;
}

int main(void) {
	start(work, 2);
	start(work, 3);
	start(work, 2);
	join();
}
