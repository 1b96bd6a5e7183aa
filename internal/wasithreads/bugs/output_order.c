// Output in an order that nobody has asked for. Two threads write a line each, and the first one to be started is
// taken for the first one to write. No data race. Output.
#include "bug.h"

#include <unistd.h>

static void *first(void *number) {
	write(1, "first\n", 6);
	return 0;
}

static void *second(void *number) {
	write(1, "second\n", 7);
	return 0;
}

int main(void) {
	start(first, 0);
#ifdef FIXED
	join();
#endif
	start(second, 0);
	join();
}
