// Main that does not wait. When it returns the program ends, and a thread that has not come to its line writes
// nothing. No data race. Output.
#include "bug.h"

#include <unistd.h>

static void *work(void *number) {
	write(1, "done\n", 5);
	return 0;
}

int main(void) {
	start(work, 0);
#ifdef FIXED
	join();
#endif
}
