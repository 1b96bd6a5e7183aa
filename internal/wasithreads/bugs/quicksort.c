// Parallel quicksort that stops too early. A worker says that its range is done before it has added the two parts of
// it, so for a moment nothing is pending, and whoever waits for the end sees an unsorted array. Trap, and data race.
#include "bug.h"

enum { length = 4, most = 16 };

static struct range {
	int from, to;
} ranges[most];

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int values[length] = {3, 1, 4, 2}, queued, pending;

static void add(int from, int to) {
	if (to - from < 2)
		return;
	pthread_mutex_lock(&mutex);
	ranges[queued++] = (struct range){from, to};
	pending++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
}

static int take(struct range *r) {
	pthread_mutex_lock(&mutex);
	while (queued == 0 && pending > 0)
		pthread_cond_wait(&changed, &mutex);
	int got = queued > 0;
	if (got)
		*r = ranges[--queued];
	pthread_mutex_unlock(&mutex);
	return got;
}

static void finish(void) {
	pthread_mutex_lock(&mutex);
	pending--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
}

static int partition(struct range r) {
	int pivot = values[r.to - 1], at = r.from;
	for (int i = r.from; i < r.to; i++)
		if (values[i] < pivot || i == r.to - 1) {
			int v = values[i];
			values[i] = values[at];
			values[at++] = v;
		}
	return at - 1;
}

static void *work(void *number) {
	struct range r;
	while (take(&r)) {
		int middle = partition(r);
#ifndef FIXED
		finish();
#endif
		add(r.from, middle);
		add(middle + 1, r.to);
#ifdef FIXED
		finish();
#endif
	}
	return 0;
}

int main(void) {
	add(0, length);
	start(work, 0);
	pthread_mutex_lock(&mutex);
	while (pending > 0)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < length; i++)
		REQUIRE(values[i] == i + 1);
	join();
}
