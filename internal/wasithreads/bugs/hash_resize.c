// A hash table that grows. The new number of buckets is there before all entries have moved, and who looks meanwhile
// does not find what has been in the table all the time. No data race: all is atomic. Trap.
#include "bug.h"

#include <stdatomic.h>

enum { most = 4, key = 3 };

static atomic_int table[most], buckets = 2;

#ifdef FIXED
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static void lock(void) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
}

static void unlock(void) {
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
}

static void *grow(void *number) {
	lock();
	atomic_store(&buckets, most);
	atomic_store(&table[key % most], atomic_load(&table[key % 2]));
	atomic_store(&table[key % 2], 0);
	unlock();
	return 0;
}

static void *find(void *number) {
	lock();
	int found = atomic_load(&table[key % atomic_load(&buckets)]);
	unlock();
	REQUIRE(found == key);
	return 0;
}

int main(void) {
	atomic_store(&table[key % 2], key);
	start(grow, 0);
	start(find, 0);
	join();
}
