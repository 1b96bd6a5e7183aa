#include "futex.h"
#include "thread.h"

static pthread_mutex_t keysLock = PTHREAD_MUTEX_INITIALIZER;

// The keys that there are. A key without a destructor has one that does nothing.
static void (*destructors[maxKeys])(void *);

// exists tells whether there is a key. It is asked without the lock: who uses a key knows that there is one.
static int exists(pthread_key_t key) { return key < maxKeys && load((int *)&destructors[key]); }

static unsigned next; // the number to try first for a new key

static void nothing(void *value) {}

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *)) {
	int failed = EAGAIN;
	pthread_mutex_lock(&keysLock);
	for (unsigned n = 0; n < maxKeys; n++) {
		unsigned k = next++ % maxKeys;
		if (destructors[k])
			continue;
		store((int *)&destructors[k], (int)(destructor ? destructor : nothing));
		pthread_self()->specific[k] = 0; // there may have been a key of this number
		*key = k;
		failed = 0;
		break;
	}
	pthread_mutex_unlock(&keysLock);
	return failed;
}

// A value that other threads have for a key that is deleted stays, and would be that of the next key of this number.
// That is why numbers are taken in turn.
int pthread_key_delete(pthread_key_t key) {
	pthread_mutex_lock(&keysLock);
	int failed = exists(key) ? 0 : EINVAL;
	if (!failed)
		store((int *)&destructors[key], 0);
	pthread_mutex_unlock(&keysLock);
	return failed;
}

void *pthread_getspecific(pthread_key_t key) { return key < maxKeys ? pthread_self()->specific[key] : 0; }

int pthread_setspecific(pthread_key_t key, const void *value) {
	if (!exists(key))
		return EINVAL;
	pthread_self()->specific[key] = (void *)value;
	return 0;
}

// run_key runs the destructor of a key, if there is something to destroy.
static int run_key(struct __pthread *t, unsigned key) {
	void *value = t->specific[key];
	if (!value)
		return 0;
	t->specific[key] = 0;
	pthread_mutex_lock(&keysLock);
	void (*destructor)(void *) = destructors[key];
	pthread_mutex_unlock(&keysLock);
	if (destructor)
		destructor(value);
	return 1;
}

void run_destructors(struct __pthread *t) {
	for (int round = 0, found = 1; found && round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
		found = 0;
		for (unsigned k = 0; k < maxKeys; k++)
			found |= run_key(t, k);
	}
}
