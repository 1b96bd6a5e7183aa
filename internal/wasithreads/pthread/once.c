#include "futex.h"
#include "thread.h"

enum { untouched, busy, finished };

// undo lets somebody else run the routine, if the thread that has begun it ends in it.
static void undo(void *once) {
	store(once, untouched);
	wake(once, INT_MAX);
}

int pthread_once(pthread_once_t *once, void (*run)(void)) {
	for (;;) {
		switch (cas(once, untouched, busy)) {
		case untouched:
			pthread_cleanup_push(undo, once);
			run();
			pthread_cleanup_pop(0);
			store(once, finished);
			wake(once, INT_MAX);
			return 0;
		case finished:
			return 0;
		}
		wait(once, busy);
	}
}
