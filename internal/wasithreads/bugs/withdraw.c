// Check, then act. Two threads see that the balance suffices, and both withdraw. No data race. Trap.
#include "bug.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int balance = 10;

static int look(void) {
	pthread_mutex_lock(&mutex);
	int b = balance;
	pthread_mutex_unlock(&mutex);
	return b;
}

static void take(int amount) {
	pthread_mutex_lock(&mutex);
	balance -= amount;
	REQUIRE(balance >= 0);
	pthread_mutex_unlock(&mutex);
}

static void *withdraw(void *amount) {
#ifdef FIXED
	pthread_mutex_lock(&mutex);
	if (balance >= (int)amount)
		balance -= (int)amount;
	REQUIRE(balance >= 0);
	pthread_mutex_unlock(&mutex);
#else
	if (look() >= (int)amount)
		take((int)amount);
#endif
	return 0;
}

int main(void) {
	start(withdraw, 7);
	start(withdraw, 8);
	join();
}
