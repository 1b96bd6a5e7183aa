// Invalidation of an iterator. A thread walks along a list, and lets the lock go at each element, of which another
// one is taken out and freed meanwhile. Heap; the poison shows as a trap.
#include "bug.h"

enum { poison = -1 };

struct item {
	int padding[4];
	int value;
	struct item *next;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct item *first;

static void prepend(int value) {
	struct item *i = calloc(1, sizeof *i);
	i->value = value;
	i->next = first;
	first = i;
}

static void *sum(void *number) {
	int total = 0;
	pthread_mutex_lock(&mutex);
	for (struct item *i = first; i; i = i->next) {
#ifndef FIXED
		pthread_mutex_unlock(&mutex);
		pthread_mutex_lock(&mutex);
#endif
		REQUIRE(i->value != poison);
		total += i->value;
	}
	pthread_mutex_unlock(&mutex);
	REQUIRE(total == 6 || total == 4);
	return 0;
}

static void *remove_second(void *number) {
	pthread_mutex_lock(&mutex);
	struct item *i = first->next;
	first->next = i->next;
	i->value = poison;
	free(i);
	pthread_mutex_unlock(&mutex);
	return 0;
}

int main(void) {
	for (int i = 1; i <= 3; i++)
		prepend(i);
	start(sum, 0);
	start(remove_second, 0);
	join();
}
