#ifndef WEFT_BUG_H
#define WEFT_BUG_H

// What the programs of this folder have in common. With -DFIXED each is the correct one.

#include <pthread.h>
#include <stdlib.h>

// REQUIRE traps if something is not so, in the line that says what.
#define REQUIRE(condition) ((condition) ? (void)0 : abort())

enum { mostThreads = 128, stackSize = 8 << 10 };

static pthread_t started[mostThreads];
static int startedCount;

// start makes a thread that gets a number.
static void start(void *(*run)(void *), long number) {
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, stackSize);
	REQUIRE(startedCount < mostThreads);
	REQUIRE(pthread_create(&started[startedCount++], &attr, run, (void *)number) == 0);
}

// join waits for all threads that were started.
static void join(void) {
	while (startedCount > 0)
		pthread_join(started[--startedCount], 0);
}

// argument is the number that the command line gives, or what it is without one.
static int argument(int argc, char **argv, int otherwise) { return argc > 1 ? atoi(argv[1]) : otherwise; }

#endif
