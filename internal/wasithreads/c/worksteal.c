// A pool of threads that steal work from each other: worksteal [threads] [depth]. The work is a tree; each node makes
// its children into new tasks. The deque of each thread is the one of Chase and Lev: its owner pushes and pops at the
// bottom, thieves take from the top.
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { capacity = 1 << 12, most = 16 };

struct deque {
	atomic_int top, bottom;
	atomic_int tasks[capacity];
};

static struct deque deques[most];
static int threads;
static atomic_int pending;     // tasks that have been made and not been done
static atomic_llong done, sum; // of all tasks

static void push(struct deque *d, int task) {
	int bottom = atomic_load(&d->bottom);
	CHECK(bottom - atomic_load(&d->top) < capacity);
	atomic_store(&d->tasks[bottom % capacity], task);
	atomic_store(&d->bottom, bottom + 1);
}

// pop returns a task, or 0.
static int pop(struct deque *d) {
	int bottom = atomic_load(&d->bottom) - 1;
	atomic_store(&d->bottom, bottom);
	int top = atomic_load(&d->top);
	if (top > bottom) {
		atomic_store(&d->bottom, bottom + 1);
		return 0;
	}
	int task = atomic_load(&d->tasks[bottom % capacity]);
	if (top == bottom) { // the last one: a thief may be after it, too
		if (!atomic_compare_exchange_strong(&d->top, &top, top + 1))
			task = 0;
		atomic_store(&d->bottom, bottom + 1);
	}
	return task;
}

static int steal(struct deque *d) {
	int top = atomic_load(&d->top);
	if (top >= atomic_load(&d->bottom))
		return 0;
	int task = atomic_load(&d->tasks[top % capacity]);
	return atomic_compare_exchange_strong(&d->top, &top, top + 1) ? task : 0;
}

static int find(int me, unsigned *state) {
	int task = pop(&deques[me]);
	for (int tries = 0; !task && tries < 2 * threads; tries++)
		task = steal(&deques[scramble(state) % threads]);
	return task;
}

// A task is the depth of a tree below a node.
static void run(int me, int task) {
	atomic_fetch_add(&done, 1);
	atomic_fetch_add(&sum, task);
	for (int child = 1; child <= 2 && task > child; child++) {
		atomic_fetch_add(&pending, 1);
		push(&deques[me], task - child);
	}
	atomic_fetch_add(&pending, -1);
}

static void *work(void *argument) {
	int me = (int)argument;
	unsigned state = me;
	while (atomic_load(&pending) > 0) {
		int task = find(me, &state);
		if (task)
			run(me, task);
		else
			sched_yield();
	}
	return 0;
}

int main(int argc, char **argv) {
	threads = argument(argc, argv, 1, 4);
	int depth = argument(argc, argv, 2, 18);
	CHECK(threads > 0 && threads <= most && depth > 0);
	atomic_store(&pending, 1);
	push(&deques[0], depth);
	pthread_t thread[most];
	for (int i = 1; i < threads; i++)
		CHECK(pthread_create(&thread[i], 0, work, (void *)i) == 0);
	work(0);
	for (int i = 1; i < threads; i++)
		CHECK(pthread_join(thread[i], 0) == 0);
	printf("%lld tasks, sum %lld\n", atomic_load(&done), atomic_load(&sum));
	return 0;
}
