// Two buffers that are swapped. A writer finds out which one is in front, and writes there, when it has become the
// one that is emptied. No data race: all is atomic. Exit with how many entries were lost.
#include "bug.h"

#include <stdatomic.h>

static atomic_int entries[2], front;
static int flushed;

#ifdef FIXED
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static void *note(void *number) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	int f = atomic_load(&front);
	atomic_fetch_add(&entries[f], 1);
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	return 0;
}

static void *flush(void *number) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	int f = atomic_load(&front);
	atomic_store(&front, 1 - f);
	flushed += atomic_load(&entries[f]);
	atomic_store(&entries[f], 0);
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	return 0;
}

int main(void) {
	start(note, 0);
	start(note, 1);
	start(flush, 0);
	join();
	return 2 - flushed - atomic_load(&entries[atomic_load(&front)]);
}
