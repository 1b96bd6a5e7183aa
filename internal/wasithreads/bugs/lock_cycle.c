// A cycle of three locks. No two of the threads take the same two in different orders, but all three together wait in
// a ring. A fourth thread takes them rightly. No data race. Deadlock.
#include "bug.h"

enum { locks = 3 };

static pthread_mutex_t mutexes[locks];
static int counts[locks];

static void both(int first, int second) {
	pthread_mutex_lock(&mutexes[first]);
	pthread_mutex_lock(&mutexes[second]);
	counts[first]++;
	counts[second]++;
	pthread_mutex_unlock(&mutexes[second]);
	pthread_mutex_unlock(&mutexes[first]);
}

static void *forwards(void *number) {
	both(0, 1);
	return 0;
}

static void *onwards(void *number) {
	both(1, 2);
	return 0;
}

static void *around(void *number) {
#ifdef FIXED
	both(0, 2);
#else
	both(2, 0);
#endif
	return 0;
}

int main(void) {
	start(forwards, 0);
	start(onwards, 0);
	start(around, 0);
	start(forwards, 1);
	join();
	REQUIRE(counts[0] + counts[1] + counts[2] == 8);
}
