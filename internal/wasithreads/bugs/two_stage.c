// Two-stage locking, with as many threads as the command line says. A state and what follows from it have a lock
// each. The writers set the first, let go, and set the second; the reader looks before any of them has. No data race.
// Trap.
#include "bug.h"

static pthread_mutex_t orderLock = PTHREAD_MUTEX_INITIALIZER, billLock = PTHREAD_MUTEX_INITIALIZER;
static int ordered, billed;

static void *sell(void *number) {
	pthread_mutex_lock(&orderLock);
	ordered = 1;
#ifndef FIXED
	pthread_mutex_unlock(&orderLock);
#endif
	pthread_mutex_lock(&billLock);
	billed = 1;
	pthread_mutex_unlock(&billLock);
#ifdef FIXED
	pthread_mutex_unlock(&orderLock);
#endif
	return 0;
}

// audit finds a bill if it has found an order before, whatever has been sold meanwhile.
static void *audit(void *number) {
	pthread_mutex_lock(&orderLock);
	int order = ordered;
	pthread_mutex_unlock(&orderLock);
	pthread_mutex_lock(&billLock);
	int bill = billed;
	pthread_mutex_unlock(&billLock);
	REQUIRE(bill || !order);
	return 0;
}

int main(int argc, char **argv) {
	int threads = argument(argc, argv, 2);
	for (int i = 1; i < threads; i++)
		start(sell, i);
	start(audit, 0);
	join();
}
