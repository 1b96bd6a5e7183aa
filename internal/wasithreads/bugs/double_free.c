// Double free. Two threads clean up: each looks whether there is something to free, and frees it, before the other
// has noted that it is gone. Heap, and data race.
#include "bug.h"

static char *buffer;

#ifdef FIXED
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static void *clean(void *number) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	if (buffer) {
		free(buffer);
		buffer = 0;
	}
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	return 0;
}

int main(void) {
	buffer = malloc(40);
	start(clean, 0);
	start(clean, 1);
	join();
	REQUIRE(!buffer);
}
