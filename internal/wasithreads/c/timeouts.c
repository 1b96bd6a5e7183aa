// Waits that end by their time, and some that do not.
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>
#include <unistd.h>

enum { shortTime = 20, longTime = 60000 }; // milliseconds

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, held = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t sem, end;
static int flag;

static struct timespec in(clockid_t clock, int milliseconds) {
	struct timespec t;
	clock_gettime(clock, &t);
	t.tv_sec += milliseconds / 1000;
	t.tv_nsec += milliseconds % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

static long long milliseconds(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

// Another thread has what this program waits for in vain.
static void *hold(void *argument) {
	pthread_mutex_lock(&held);
	pthread_rwlock_wrlock(&rwlock);
	sem_post(&sem);
	sem_wait(&end);
	pthread_rwlock_unlock(&rwlock);
	pthread_mutex_unlock(&held);
	return 0;
}

static void *signal_later(void *argument) {
	usleep(5000);
	pthread_mutex_lock(&lock);
	flag = 1;
	pthread_cond_signal(&cond);
	pthread_mutex_unlock(&lock);
	return 0;
}

static void wait_in_vain(void) {
	struct timespec t;
	pthread_condattr_t monotonic;
	pthread_cond_t other;
	pthread_condattr_init(&monotonic);
	CHECK(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	CHECK(pthread_cond_init(&other, &monotonic) == 0);
	pthread_mutex_lock(&lock);
	t = in(CLOCK_REALTIME, shortTime);
	while (pthread_cond_timedwait(&cond, &lock, &t) != ETIMEDOUT)
		;
	t = in(CLOCK_MONOTONIC, shortTime);
	while (pthread_cond_timedwait(&other, &lock, &t) != ETIMEDOUT)
		;
	CHECK(pthread_cond_timedwait(&other, &lock, &t) == ETIMEDOUT); // it has passed
	t.tv_nsec = 1000000000;
	CHECK(pthread_cond_timedwait(&cond, &lock, &t) == EINVAL);
	pthread_mutex_unlock(&lock);
	t = in(CLOCK_REALTIME, shortTime);
	CHECK(pthread_mutex_timedlock(&held, &t) == ETIMEDOUT);
	CHECK(pthread_rwlock_timedrdlock(&rwlock, &t) == ETIMEDOUT);
	CHECK(pthread_rwlock_timedwrlock(&rwlock, &t) == ETIMEDOUT);
	t = in(CLOCK_REALTIME, shortTime);
	CHECK(sem_timedwait(&sem, &t) == -1 && errno == ETIMEDOUT);
}

static void wait_for_something(void) {
	pthread_t thread;
	struct timespec t = in(CLOCK_REALTIME, longTime);
	CHECK(pthread_create(&thread, 0, signal_later, 0) == 0);
	pthread_mutex_lock(&lock);
	while (!flag)
		CHECK(pthread_cond_timedwait(&cond, &lock, &t) == 0);
	pthread_mutex_unlock(&lock);
	CHECK(pthread_timedjoin_np(thread, 0, &t) == 0);
}

int main(void) {
	long long begin = milliseconds();
	pthread_t holder;
	CHECK(pthread_create(&holder, 0, hold, 0) == 0);
	sem_wait(&sem);
	wait_in_vain();
	CHECK(milliseconds() - begin >= 4 * shortTime - 2); // clocks are rounded
	struct timespec now = in(CLOCK_REALTIME, 0), later = in(CLOCK_REALTIME, longTime);
	CHECK(pthread_tryjoin_np(holder, 0) == EBUSY);
	CHECK(pthread_timedjoin_np(holder, 0, &now) == ETIMEDOUT);
	sem_post(&end);
	CHECK(pthread_mutex_timedlock(&held, &later) == 0);
	CHECK(pthread_join(holder, 0) == 0);
	wait_for_something();
	CHECK(milliseconds() - begin < longTime);
	puts("in time");
	return 0;
}
