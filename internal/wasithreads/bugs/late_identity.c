// A thread that begins before its maker is ready. It looks at what is stored for it after it has been made. Data
// race. Trap.
#include "bug.h"

static pthread_t self;

#ifdef FIXED
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#endif

static void *work(void *number) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	REQUIRE(self == pthread_self());
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	return 0;
}

static pthread_t make(void) {
	start(work, 0);
	return started[0];
}

int main(void) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
#endif
	self = make();
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	join();
}
