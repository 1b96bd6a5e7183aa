// Readers and writers of a table that is right only as a whole: readers [rounds].
#include "check.h"

#include <pthread.h>
#include <sched.h>

enum { readers = 4, writers = 2, size = 16 };

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int table[size], rounds;

static void *write_table(void *argument) {
	for (int r = 0; r < rounds; r++) {
		pthread_rwlock_wrlock(&lock);
		for (int i = 0; i < size; i++) {
			table[i]++;
			if (i == size / 2)
				sched_yield();
		}
		pthread_rwlock_unlock(&lock);
	}
	return 0;
}

static void *read_table(void *argument) {
	for (int r = 0; r < rounds; r++) {
		pthread_rwlock_rdlock(&lock);
		CHECK(r % 3 || pthread_rwlock_tryrdlock(&lock) == 0); // again
		for (int i = 1; i < size; i++)
			CHECK(table[i] == table[0]);
		if (r % 3 == 0)
			pthread_rwlock_unlock(&lock);
		pthread_rwlock_unlock(&lock);
	}
	return 0;
}

int main(int argc, char **argv) {
	rounds = argument(argc, argv, 1, 500);
	pthread_t threads[readers + writers];
	for (int i = 0; i < readers + writers; i++)
		CHECK(pthread_create(&threads[i], 0, i < readers ? read_table : write_table, 0) == 0);
	for (int i = 0; i < readers + writers; i++)
		CHECK(pthread_join(threads[i], 0) == 0);
	printf("written %d times\n", table[size - 1]);
	return 0;
}
