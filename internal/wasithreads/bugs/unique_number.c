// Numbers that should be unique. The generator reads the last one under the lock, and writes it back under the lock,
// and lets go in between to compute the next. No data race. Trap.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int last;
static int numbers[3];

static int compute(int n) { return n * 2 + 1; }

static void *generate(void *number) {
	pthread_mutex_lock(&mutex);
	int n = last;
#ifndef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	n = compute(n);
#ifndef FIXED
	pthread_mutex_lock(&mutex);
#endif
	last = n;
	pthread_mutex_unlock(&mutex);
	numbers[(int)number] = n;
	return 0;
}

int main(void) {
	for (int i = 0; i < 3; i++)
		start(generate, i);
	join();
	REQUIRE(numbers[0] != numbers[1] && numbers[1] != numbers[2] && numbers[0] != numbers[2]);
}
