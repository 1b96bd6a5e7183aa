#include "futex.h"
#include "thread.h"

enum { untouched, busy, finished };

int pthread_once(pthread_once_t *once, void (*run)(void)) {
	for (;;) {
		switch (cas(once, untouched, busy)) {
		case untouched:
			run();
			store(once, finished);
			wake(once, INT_MAX);
			return 0;
		case finished:
			return 0;
		}
		wait(once, busy);
	}
}
