// The end of a channel. The reader sees that it is empty, and then that it is closed, and does not see what was sent
// in between. No data race: all is atomic. Exit with how many items were lost.
#include "bug.h"

#include <sched.h>
#include <stdatomic.h>

enum { items = 2 };

static atomic_int sent, closed;
static int received;

static void *write_all(void *number) {
	for (int i = 0; i < items; i++)
		atomic_fetch_add(&sent, 1);
	atomic_store(&closed, 1);
	return 0;
}

static void *read_all(void *number) {
	for (;;) {
#ifdef FIXED
		int last = atomic_load(&closed);
		int there = atomic_load(&sent);
#else
		int there = atomic_load(&sent);
		int last = atomic_load(&closed);
#endif
		if (received < there)
			received++;
		else if (last)
			return 0;
		else
			sched_yield();
	}
}

int main(void) {
	start(write_all, 0);
	start(read_all, 0);
	join();
	return items - received;
}
