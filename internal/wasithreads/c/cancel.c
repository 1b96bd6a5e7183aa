// Threads that wait are cancelled: at each kind of wait, before it, and when something else wakes them as well.
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>
#include <unistd.h>

enum { rounds = 6, kinds = 6 };

static pthread_mutex_t lock;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t sem, stay, here;
static pthread_t staying;
static int handled, flag;

static void handler(void *argument) { handled++; }

// The mutex is the thread's again when its handlers run.
static void unlock(void *argument) { CHECK(pthread_mutex_unlock(&lock) == 0); }

static void *stay_long(void *argument) {
	sem_wait(&stay);
	return 0;
}

static void wait_for_cond(const struct timespec *until) {
	CHECK(pthread_mutex_lock(&lock) == 0);
	pthread_cleanup_push(unlock, 0);
	for (;;)
		CHECK((until ? pthread_cond_timedwait(&cond, &lock, until) : pthread_cond_wait(&cond, &lock)) == 0);
	pthread_cleanup_pop(1);
}

static void *wait_for_ever(void *argument) {
	struct timespec late;
	clock_gettime(CLOCK_REALTIME, &late);
	late.tv_sec += 600;
	pthread_cleanup_push(handler, 0);
	sem_post(&here);
	switch (*(int *)argument) {
	case 0:
		wait_for_cond(0);
	case 1:
		wait_for_cond(&late);
	case 2:
		sem_wait(&sem);
	case 3:
		sem_timedwait(&sem, &late);
	case 4:
		pthread_join(staying, 0);
	case 5:
		for (;;)
			usleep(100);
	}
	CHECK(!"cancelled");
	pthread_cleanup_pop(0);
	return 0;
}

static void cancel_each_kind(void) {
	for (int kind = 0; kind < kinds; kind++) {
		handled = 0;
		for (int i = 0; i < rounds; i++) {
			pthread_t thread;
			void *result;
			CHECK(pthread_create(&thread, 0, wait_for_ever, &kind) == 0);
			sem_wait(&here);
			if (i % 2) // it probably waits by now
				usleep(200);
			if (i == 3)
				CHECK(pthread_mutex_lock(&lock) == 0);
			CHECK(pthread_cancel(thread) == 0);
			if (i == 3)
				CHECK(pthread_mutex_unlock(&lock) == 0);
			CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
		}
		CHECK(handled == rounds);
	}
	sem_post(&stay);
	CHECK(pthread_join(staying, 0) == 0); // who was cancelled while joining it has not taken it
}

static void *not_now(void *argument) {
	CHECK(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, 0) == 0);
	sem_post(&here);
	CHECK(sem_wait(&sem) == 0);
	sem_post(&here);
	CHECK(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, 0) == 0);
	pthread_testcancel();
	CHECK(!"cancelled");
	return 0;
}

static void cancel_later(void) {
	pthread_t thread;
	void *result;
	CHECK(pthread_create(&thread, 0, not_now, 0) == 0);
	sem_wait(&here);
	CHECK(pthread_cancel(thread) == 0);
	CHECK(sem_trywait(&here) == -1 && errno == EAGAIN);
	sem_post(&sem);
	sem_wait(&here);
	CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
}

static void *wait_for_flag(void *argument) {
	CHECK(pthread_mutex_lock(&lock) == 0);
	pthread_cleanup_push(unlock, 0);
	sem_post(&here);
	while (!flag)
		CHECK(pthread_cond_wait(&cond, &lock) == 0);
	flag--;
	pthread_cleanup_pop(1);
	return 0;
}

static void *wait_for_sem(void *argument) {
	sem_post(&here);
	CHECK(sem_wait(&sem) == 0);
	return 0;
}

static void wake(int by_cond) {
	if (by_cond) {
		CHECK(pthread_mutex_lock(&lock) == 0);
		flag++;
		CHECK(pthread_mutex_unlock(&lock) == 0);
		CHECK(pthread_cond_signal(&cond) == 0);
	} else {
		CHECK(sem_post(&sem) == 0);
	}
}

// What wakes a thread that is cancelled wakes another one, if the first does not take it.
static void wake_and_cancel(void) {
	for (int i = 0; i < 2 * rounds; i++) {
		pthread_t thread[2];
		void *first, *second;
		for (int k = 0; k < 2; k++) {
			CHECK(pthread_create(&thread[k], 0, i % 2 ? wait_for_flag : wait_for_sem, 0) == 0);
			sem_wait(&here);
		}
		usleep(100);
		wake(i % 2);
		CHECK(pthread_cancel(thread[0]) == 0);
		CHECK(pthread_join(thread[0], &first) == 0);
		if (!first)
			wake(i % 2);
		CHECK(pthread_join(thread[1], &second) == 0 && second == 0);
	}
}

int main(void) {
	pthread_mutexattr_t checked;
	pthread_mutexattr_init(&checked);
	CHECK(pthread_mutexattr_settype(&checked, PTHREAD_MUTEX_ERRORCHECK) == 0 && pthread_mutex_init(&lock, &checked) == 0);
	sem_init(&sem, 0, 0);
	sem_init(&stay, 0, 0);
	sem_init(&here, 0, 0);
	CHECK(pthread_create(&staying, 0, stay_long, 0) == 0);
	cancel_each_kind();
	cancel_later();
	wake_and_cancel();
	puts("cancelled");
	return 0;
}
