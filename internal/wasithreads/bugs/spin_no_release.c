// A spin lock that is not released. When there is nothing to take, the function returns from the middle and keeps the
// lock. No data race. Livelock.
#include "bug.h"

static pthread_spinlock_t lock;
static int items;

static void *put(void *number) {
	pthread_spin_lock(&lock);
	items++;
	pthread_spin_unlock(&lock);
	return 0;
}

static int take(void) {
	pthread_spin_lock(&lock);
	if (items == 0) {
#ifdef FIXED
		pthread_spin_unlock(&lock);
#endif
		return 0;
	}
	items--;
	pthread_spin_unlock(&lock);
	return 1;
}

static void *work(void *number) {
	take();
	return 0;
}

int main(void) {
	pthread_spin_init(&lock, 0);
	start(put, 0);
	start(work, 0);
	join();
}
