// Philosophers who take the fork with the lower number first, so that nobody starves: philosophers [meals].
#include "check.h"

#include <pthread.h>
#include <sched.h>

enum { philosophers = 5 };

static pthread_mutex_t forks[philosophers];
static int inUse[philosophers], meals, eaten[philosophers];

static void *dine(void *argument) {
	int me = (int)argument, left = me, right = (me + 1) % philosophers;
	int lower = left < right ? left : right, upper = left < right ? right : left;
	for (int i = 0; i < meals; i++) {
		pthread_mutex_lock(&forks[lower]);
		pthread_mutex_lock(&forks[upper]);
		CHECK(!inUse[lower]++ && !inUse[upper]++);
		eaten[me]++;
		sched_yield();
		inUse[lower] = inUse[upper] = 0;
		pthread_mutex_unlock(&forks[upper]);
		pthread_mutex_unlock(&forks[lower]);
	}
	return 0;
}

int main(int argc, char **argv) {
	meals = argument(argc, argv, 1, 200);
	pthread_t threads[philosophers];
	for (int i = 0; i < philosophers; i++)
		CHECK(pthread_mutex_init(&forks[i], 0) == 0);
	for (int i = 0; i < philosophers; i++)
		CHECK(pthread_create(&threads[i], 0, dine, (void *)i) == 0);
	for (int i = 0; i < philosophers; i++)
		CHECK(pthread_join(threads[i], 0) == 0);
	for (int i = 0; i < philosophers; i++)
		printf("philosopher %d: %d meals\n", i, eaten[i]);
	return 0;
}
