// Something done once, by hand. The flag says that somebody does it, not that it is done: a second thread goes on
// while the first is in the middle. No data race on the flag. Trap, and data race.
#include "bug.h"

#include <stdatomic.h>

#ifdef FIXED
static pthread_once_t once = PTHREAD_ONCE_INIT;
#else
static atomic_int begun;
#endif
static int table[2];

static void fill(void) {
	table[0] = 1;
	table[1] = table[0] + 1;
}

static void fill_once(void) {
#ifdef FIXED
	pthread_once(&once, fill);
#else
	if (!atomic_exchange(&begun, 1))
		fill();
#endif
}

static void *work(void *number) {
	fill_once();
	REQUIRE(table[1] == 2);
	return 0;
}

int main(void) {
	start(work, 0);
	start(work, 1);
	join();
}
