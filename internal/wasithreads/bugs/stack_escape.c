// A thread that uses the stack of another. The function that has made the thread returns before it has read its
// arguments, and the next call lies where they have been. Data race. Trap.
#include "bug.h"

struct task {
	int width, height;
};

static void *work(void *task) {
	struct task *t = task;
	REQUIRE(t->width == 80 && t->height == 25);
	return 0;
}

static void begin(void) {
	struct task t = {80, 25};
	start(work, (long)&t);
#ifdef FIXED
	join();
#endif
}

static int fill(void) {
	volatile int other[8];
	for (int i = 0; i < 8; i++)
		other[i] = i;
	return other[7];
}

int main(void) {
	begin();
	int got = fill();
	join();
	return got != 7;
}
