#include <pthread.h>
#include <time.h>

// Sleeping is a cancellation point, but the host sleeps, and nobody wakes it: a thread acts on it before and after. The
// C library's sleep, usleep and nanosleep call this function; the linker lets the calls come here (--wrap).
int __real_clock_nanosleep(clockid_t, int, const struct timespec *, struct timespec *);

int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left) {
	pthread_testcancel();
	int failed = __real_clock_nanosleep(clock, flags, time, left);
	pthread_testcancel();
	return failed;
}
