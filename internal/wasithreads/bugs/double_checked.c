// Double-checked locking. The pointer is set before what it points to is, and whoever sees it without the lock does
// not wait. Trap, and data race.
#include "bug.h"

#include <stdatomic.h>

struct settings {
	int width, height;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct settings room;
#ifdef FIXED
static struct settings *_Atomic settings;
#else
static struct settings *settings;
#endif

static void fill(struct settings *s) {
	s->width = 80;
	s->height = 25;
}

static struct settings *get(void) {
	if (!settings) {
		pthread_mutex_lock(&mutex);
		if (!settings) {
#ifdef FIXED
			fill(&room);
			settings = &room;
#else
			settings = &room;
			fill(settings);
#endif
		}
		pthread_mutex_unlock(&mutex);
	}
	return settings;
}

static void *work(void *number) {
	struct settings *s = get();
	REQUIRE(s->width == 80 && s->height == 25);
	return 0;
}

int main(void) {
	start(work, 0);
	start(work, 1);
	join();
}
