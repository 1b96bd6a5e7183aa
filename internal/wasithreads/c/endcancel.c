// A thread that ends already is cancelled while its cleanup handler waits, and while a destructor of its does: each
// runs to its end, and the thread's result stays what it was.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

static sem_t inside, goes_on;
static pthread_key_t key;
static int handled, destroyed;

static void stay(int *done) {
	sem_post(&inside);
	sem_wait(&goes_on);
	*done = 1;
}

static void handler(void *x) { stay(&handled); }
static void destructor(void *x) { stay(&destroyed); }

static void *run(void *x) {
	pthread_setspecific(key, &key);
	pthread_cleanup_push(handler, 0);
	pthread_exit((void *)7);
	pthread_cleanup_pop(0);
	return 0;
}

int main(void) {
	sem_init(&inside, 0, 0);
	sem_init(&goes_on, 0, 0);
	pthread_key_create(&key, destructor);
	pthread_t t;
	pthread_create(&t, 0, run, 0);
	for (int i = 0; i < 2; i++) {
		sem_wait(&inside);
		pthread_cancel(t);
		sem_post(&goes_on);
	}
	void *result;
	pthread_join(t, &result);
	printf("handled %d, destroyed %d, result %d\n", handled, destroyed, (int)result);
}
