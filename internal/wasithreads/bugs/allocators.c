// A block is given back while another thread may still write to it. Use after free. The correct one uses each function
// that allocates, also those of the C library that do so for it, so that blocks come back by all of them.
#define _GNU_SOURCE
#include "bug.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

enum { size = 64 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char *shared;

static void put(char *block) {
	pthread_mutex_lock(&mutex);
	char *before = shared;
	shared = block;
	pthread_mutex_unlock(&mutex);
	free(before);
}

static void touch(void) {
	pthread_mutex_lock(&mutex);
	char *block = shared;
#ifdef FIXED
	if (block)
		block[0]++;
	pthread_mutex_unlock(&mutex);
#else
	pthread_mutex_unlock(&mutex);
	if (block)
		block[0]++;
#endif
}

static char *allocate(int how) {
	char *block = 0;
	switch (how) {
	case 0: block = malloc(size); break;
	case 1: block = calloc(size, 1); break;
	case 2: block = realloc(malloc(size / 2), size); break;
	case 3: block = aligned_alloc(size, size); break;
	case 4: REQUIRE(posix_memalign((void **)&block, size, size) == 0); break;
	case 5: block = strdup("a string of this many characters, for a block of about that many"); break;
	case 6: REQUIRE(asprintf(&block, "%64d", how) == size); break;
	}
	REQUIRE(block);
	return memset(block, 1, size);
}

static void *renew(void *unused) {
	for (int how = 0; how < 7; how++) {
		put(allocate(how));
		touch();
	}
	return 0;
}

static void *use(void *unused) {
	touch();
	return 0;
}

int main(void) {
	put(allocate(0));
	start(renew, 0);
	start(use, 0);
	join();
	put(0);
}
