// A lock for readers by hand, whose first reader keeps writers out, and whose last lets them in. The count changes in
// two steps, so two may be first, or nobody last. No data race: the count is atomic. Deadlock.
#include "bug.h"

#include <semaphore.h>
#include <stdatomic.h>

static sem_t room;
static atomic_int readers;

#ifdef FIXED
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static void change(int by, int edge, int (*at_edge)(sem_t *)) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	int n = atomic_load(&readers) + by;
	atomic_store(&readers, n);
	if (n == edge)
		at_edge(&room);
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
}

static void *reader(void *number) {
	change(1, 1, sem_wait);
	change(-1, 0, sem_post);
	return 0;
}

static void *writer(void *number) {
	sem_wait(&room);
	sem_post(&room);
	return 0;
}

int main(void) {
	sem_init(&room, 0, 1);
	start(reader, 0);
	start(reader, 1);
	start(writer, 0);
	join();
}
