// Publication without a barrier. The flag is a plain variable. WebAssembly runs these two stores in order here, a
// compiler or another machine need not. Data race, and no more than that.
#include "bug.h"

#include <stdatomic.h>

static int data;
#ifdef FIXED
static atomic_int ready;
#else
static int ready;
#endif

static void *publish(void *number) {
	data = 42;
	ready = 1;
	return 0;
}

static void *look(void *number) {
	if (ready)
		REQUIRE(data == 42);
	return 0;
}

int main(void) {
	start(publish, 0);
	start(look, 0);
	join();
}
