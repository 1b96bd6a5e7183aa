// Producers and consumers at a queue with room for little, with two condition variables: queue [items for each producer].
#include "check.h"

#include <pthread.h>

enum { producers = 3, consumers = 4, room = 5 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t notEmpty = PTHREAD_COND_INITIALIZER, notFull = PTHREAD_COND_INITIALIZER;
static int items[room], head, count, producing = producers, each;

static void *produce(void *argument) {
	for (int i = 1; i <= each; i++) {
		pthread_mutex_lock(&lock);
		while (count == room)
			pthread_cond_wait(&notFull, &lock);
		items[(head + count++) % room] = (int)argument * each + i;
		pthread_cond_signal(&notEmpty);
		pthread_mutex_unlock(&lock);
	}
	pthread_mutex_lock(&lock);
	if (--producing == 0)
		pthread_cond_broadcast(&notEmpty);
	pthread_mutex_unlock(&lock);
	return 0;
}

// take returns an item, or 0 if there will be no more.
static int take(void) {
	int item = 0;
	pthread_mutex_lock(&lock);
	while (count == 0 && producing > 0)
		pthread_cond_wait(&notEmpty, &lock);
	if (count > 0) {
		item = items[head];
		head = (head + 1) % room;
		count--;
		pthread_cond_signal(&notFull);
	}
	pthread_mutex_unlock(&lock);
	return item;
}

static void *consume(void *argument) {
	long long *sum = argument;
	for (int item; (item = take()) != 0;)
		*sum += item;
	return 0;
}

int main(int argc, char **argv) {
	each = argument(argc, argv, 1, 1000);
	pthread_t threads[producers + consumers];
	long long sums[consumers] = {0}, sum = 0;
	for (int i = 0; i < producers; i++)
		CHECK(pthread_create(&threads[i], 0, produce, (void *)i) == 0);
	for (int i = 0; i < consumers; i++)
		CHECK(pthread_create(&threads[producers + i], 0, consume, &sums[i]) == 0);
	for (int i = 0; i < producers + consumers; i++)
		CHECK(pthread_join(threads[i], 0) == 0);
	for (int i = 0; i < consumers; i++)
		sum += sums[i];
	printf("%d items, sum %lld\n", producers * each, sum);
	return 0;
}
