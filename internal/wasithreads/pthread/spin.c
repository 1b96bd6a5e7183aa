#include "futex.h"
#include "thread.h"

int pthread_spin_init(pthread_spinlock_t *s, int shared) {
	store(s, 0);
	return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *s) { return load(s) ? EBUSY : 0; }

int pthread_spin_trylock(pthread_spinlock_t *s) { return cas(s, 0, 1) ? EBUSY : 0; }

int pthread_spin_lock(pthread_spinlock_t *s) {
	for (int tries = 0; cas(s, 0, 1); tries++)
		if (tries >= 100) // the thread that has it may not be running
			sched_yield();
	return 0;
}

int pthread_spin_unlock(pthread_spinlock_t *s) {
	store(s, 0);
	return 0;
}
