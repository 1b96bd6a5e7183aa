// Lock order. Money goes from one account to the other under the locks of both, that of the giver first. Two
// transfers in opposite directions wait for each other. Deadlock.
#include "bug.h"

static struct account {
	pthread_mutex_t mutex;
	int balance;
} accounts[2] = {{PTHREAD_MUTEX_INITIALIZER, 10}, {PTHREAD_MUTEX_INITIALIZER, 10}};

static void transfer(struct account *from, struct account *to, int amount) {
	struct account *first = from, *second = to;
#ifdef FIXED
	if (first > second) {
		first = to;
		second = from;
	}
#endif
	pthread_mutex_lock(&first->mutex);
	pthread_mutex_lock(&second->mutex);
	from->balance -= amount;
	to->balance += amount;
	pthread_mutex_unlock(&second->mutex);
	pthread_mutex_unlock(&first->mutex);
}

static void *work(void *number) {
	int from = (int)number;
	transfer(&accounts[from], &accounts[1 - from], 1 + from);
	return 0;
}

int main(void) {
	start(work, 0);
	start(work, 1);
	join();
	REQUIRE(accounts[0].balance + accounts[1].balance == 20);
}
