// What the kinds of locks do that other programs here do not need.
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

enum { threads = 4, rounds = 500 };

static pthread_mutex_t normal = PTHREAD_MUTEX_INITIALIZER, recursive, errorcheck;
static pthread_spinlock_t spin;
static sem_t sem;
static int counters[3];

static pthread_mutex_t make(int type) {
	pthread_mutexattr_t attributes;
	pthread_mutex_t m;
	int is;
	pthread_mutexattr_init(&attributes);
	CHECK(pthread_mutexattr_settype(&attributes, type) == 0);
	CHECK(pthread_mutexattr_gettype(&attributes, &is) == 0 && is == type);
	CHECK(pthread_mutexattr_settype(&attributes, 77) == EINVAL);
	CHECK(pthread_mutex_init(&m, &attributes) == 0);
	return m;
}

// Another thread tries what the first one has locked.
static void *try(void *argument) {
	CHECK(pthread_mutex_trylock(&normal) == EBUSY);
	CHECK(pthread_mutex_trylock(&recursive) == EBUSY);
	CHECK(pthread_mutex_trylock(&errorcheck) == EBUSY);
	CHECK(pthread_mutex_unlock(&recursive) == EPERM);
	CHECK(pthread_mutex_unlock(&errorcheck) == EPERM);
	CHECK(pthread_spin_trylock(&spin) == EBUSY);
	CHECK(sem_trywait(&sem) == -1 && errno == EAGAIN);
	return 0;
}

static void *count(void *argument) {
	for (int i = 0; i < rounds; i++) {
		pthread_mutex_lock(&recursive);
		pthread_mutex_lock(&recursive);
		counters[0]++;
		pthread_mutex_unlock(&recursive);
		pthread_mutex_unlock(&recursive);
		pthread_spin_lock(&spin);
		counters[1]++;
		pthread_spin_unlock(&spin);
		sem_wait(&sem);
		counters[2]++;
		sem_post(&sem);
	}
	return 0;
}

static void *nothing(void *argument) {
	sem_post(argument);
	return 0;
}

static void one_thread(void) {
	pthread_t thread;
	CHECK(pthread_mutex_lock(&normal) == 0 && pthread_mutex_trylock(&normal) == EBUSY);
	CHECK(pthread_mutex_lock(&recursive) == 0 && pthread_mutex_trylock(&recursive) == 0);
	CHECK(pthread_mutex_lock(&errorcheck) == 0 && pthread_mutex_lock(&errorcheck) == EDEADLK);
	CHECK(pthread_mutex_destroy(&normal) == EBUSY);
	CHECK(pthread_spin_lock(&spin) == 0);
	CHECK(pthread_create(&thread, 0, try, 0) == 0 && pthread_join(thread, 0) == 0);
	CHECK(pthread_spin_unlock(&spin) == 0 && pthread_mutex_unlock(&normal) == 0 && pthread_mutex_unlock(&errorcheck) == 0);
	CHECK(pthread_mutex_unlock(&recursive) == 0 && pthread_mutex_unlock(&recursive) == 0);
	CHECK(pthread_mutex_unlock(&recursive) == EPERM);
	CHECK(pthread_join(pthread_self(), 0) == EDEADLK && pthread_equal(pthread_self(), pthread_self()));
}

int main(void) {
	int value;
	pthread_t thread[threads];
	recursive = make(PTHREAD_MUTEX_RECURSIVE);
	errorcheck = make(PTHREAD_MUTEX_ERRORCHECK);
	pthread_spin_init(&spin, 0);
	sem_init(&sem, 0, 0);
	one_thread();
	CHECK(sem_post(&sem) == 0 && sem_getvalue(&sem, &value) == 0 && value == 1);
	for (int i = 0; i < threads; i++)
		CHECK(pthread_create(&thread[i], 0, count, 0) == 0);
	for (int i = 0; i < threads; i++)
		CHECK(pthread_join(thread[i], 0) == 0);
	printf("counted %d %d %d\n", counters[0], counters[1], counters[2]);
	sem_t ended;
	sem_init(&ended, 0, 0);
	for (int i = 0; i < threads; i++)
		CHECK(pthread_create(&thread[i], 0, nothing, &ended) == 0 && pthread_detach(thread[i]) == 0);
	for (int i = 0; i < threads; i++)
		sem_wait(&ended);
	puts("detached threads have ended");
	return 0;
}
