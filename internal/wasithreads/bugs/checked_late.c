// Main that does not wait, and a check in the thread that ends last. Two threads take from an account, each what the
// first look has allowed; the one behind the other sees that it is overdrawn. The end of the program mostly comes first.
// No data race. Trap.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int balance = 10;

#ifndef FIXED
static int look(void) {
	pthread_mutex_lock(&mutex);
	int now = balance;
	pthread_mutex_unlock(&mutex);
	return now;
}
#endif

static void *take(void *amount) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
	if (balance >= (long)amount)
		balance -= (long)amount;
	REQUIRE(balance >= 0);
	pthread_mutex_unlock(&mutex);
#else
	if (look() >= (long)amount) {
		pthread_mutex_lock(&mutex);
		balance -= (long)amount;
		pthread_mutex_unlock(&mutex);
	}
	REQUIRE(look() >= 0);
#endif
	return 0;
}

int main(void) {
	start(take, 7);
	start(take, 8);
}
