// Use after free. A thread frees a session that another one still uses: nothing but the hope that the work is short
// keeps it alive. Heap, and data race; the poison that its end leaves shows as a trap.
#include "bug.h"

enum { alive = 0x600d, dead = 0xdead };

struct session {
	int padding[4];
	int state;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct session *session;

static struct session *get(void) {
	pthread_mutex_lock(&mutex);
	struct session *s = session;
#ifndef FIXED
	pthread_mutex_unlock(&mutex);
#endif
	return s;
}

static void put(void) {
#ifdef FIXED
	pthread_mutex_unlock(&mutex);
#endif
}

static void *use(void *number) {
	struct session *s = get();
	if (s)
		REQUIRE(s->state == alive);
	put();
	return 0;
}

static void *end(void *number) {
	pthread_mutex_lock(&mutex);
	struct session *s = session;
	session = 0;
	pthread_mutex_unlock(&mutex);
	s->state = dead;
	free(s);
	return 0;
}

int main(void) {
	session = calloc(1, sizeof *session);
	session->state = alive;
	start(use, 0);
	start(end, 0);
	join();
}
