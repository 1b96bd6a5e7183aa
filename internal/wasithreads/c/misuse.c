// What is wrong in a program, and is found out.
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

static sem_t go[3];

static void *wait_for_go(void *argument) {
	sem_wait(argument);
	return 0;
}

static void *nothing(void *argument) { return argument; }

static void rwlocks(void) {
	pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
	CHECK(pthread_rwlock_unlock(&l) == EPERM);
	CHECK(pthread_rwlock_wrlock(&l) == 0 && pthread_rwlock_unlock(&l) == 0 && pthread_rwlock_unlock(&l) == EPERM);
	CHECK(pthread_rwlock_rdlock(&l) == 0 && pthread_rwlock_rdlock(&l) == 0);
	CHECK(pthread_rwlock_unlock(&l) == 0 && pthread_rwlock_unlock(&l) == 0 && pthread_rwlock_unlock(&l) == EPERM);
	CHECK(pthread_rwlock_trywrlock(&l) == 0 && pthread_rwlock_unlock(&l) == 0 && pthread_rwlock_destroy(&l) == 0);
}

static void keys(void) {
	pthread_key_t key;
	CHECK(pthread_setspecific(9999, 0) == EINVAL && pthread_key_delete(9999) == EINVAL);
	CHECK(pthread_key_create(&key, 0) == 0 && pthread_setspecific(key, go) == 0 && pthread_getspecific(key) == go);
	CHECK(pthread_key_delete(key) == 0);
	CHECK(pthread_setspecific(key, go) == EINVAL && pthread_key_delete(key) == EINVAL);
}

static void cancel_types(void) {
	int old = 99;
	CHECK(pthread_setcanceltype(99, &old) == EINVAL && pthread_setcancelstate(99, &old) == EINVAL);
	CHECK(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old) == 0 && old == PTHREAD_CANCEL_DEFERRED);
	CHECK(pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &old) == 0 && old == PTHREAD_CANCEL_ASYNCHRONOUS);
}

static void *join(void *thread) {
	CHECK(pthread_join(*(pthread_t *)thread, 0) == 0);
	return 0;
}

// A thread that is detached or that another one joins cannot be joined or detached.
static void twice(void) {
	pthread_t thread, joiner;
	pthread_attr_t detached;
	CHECK(pthread_create(&thread, 0, wait_for_go, &go[0]) == 0 && pthread_tryjoin_np(thread, 0) == EBUSY);
	CHECK(pthread_detach(thread) == 0);
	CHECK(pthread_detach(thread) == EINVAL && pthread_join(thread, 0) == EINVAL);
	CHECK(pthread_tryjoin_np(thread, 0) == EINVAL);
	sem_post(&go[0]);
	pthread_attr_init(&detached);
	CHECK(pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED) == 0);
	CHECK(pthread_create(&thread, &detached, wait_for_go, &go[1]) == 0);
	CHECK(pthread_detach(thread) == EINVAL && pthread_join(thread, 0) == EINVAL);
	sem_post(&go[1]);
	CHECK(pthread_create(&thread, 0, wait_for_go, &go[2]) == 0 && pthread_create(&joiner, 0, join, &thread) == 0);
	int tried;
	while ((tried = pthread_tryjoin_np(thread, 0)) == EBUSY)
		sched_yield();
	CHECK(tried == EINVAL && pthread_detach(thread) == EINVAL);
	sem_post(&go[2]);
	CHECK(pthread_join(joiner, 0) == 0);
}

// The memory of a thread that is joined twice is freed once.
static void frees(void) {
	pthread_t thread;
	for (int i = 0; i < 10; i++) {
		CHECK(pthread_create(&thread, 0, nothing, 0) == 0 && pthread_join(thread, 0) == 0);
		int failed = pthread_join(thread, 0);
		CHECK(failed == ESRCH || failed == EINVAL);
		CHECK(pthread_detach(thread) != 0);
		void *p = malloc(100000), *q = malloc(100000);
		CHECK(p && q && p != q);
		free(p);
		free(q);
	}
}

int main(void) {
	for (int i = 0; i < 3; i++)
		sem_init(&go[i], 0, 0);
	rwlocks();
	keys();
	cancel_types();
	twice();
	frees();
	puts("misuse is found out");
	return 0;
}
