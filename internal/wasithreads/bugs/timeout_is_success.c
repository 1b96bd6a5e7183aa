// A time-out taken for success. The waiter goes on after a second whether the answer is there or not, which it
// usually is long before. Fails only where a timer may come early, or the other thread late. No data race. Trap.
#include "bug.h"

#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static int answer;

static void *respond(void *number) {
	pthread_mutex_lock(&mutex);
	answer = 42;
	pthread_cond_signal(&answered);
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void *ask(void *number) {
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	pthread_mutex_lock(&mutex);
#ifdef FIXED
	while (!answer)
		pthread_cond_wait(&answered, &mutex);
#else
	if (!answer)
		pthread_cond_timedwait(&answered, &mutex, &until);
#endif
	REQUIRE(answer == 42);
	pthread_mutex_unlock(&mutex);
	return 0;
}

int main(void) {
	start(ask, 0);
	start(respond, 0);
	join();
}
