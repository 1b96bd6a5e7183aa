// Dining philosophers, as many as the command line says. Each takes the fork at the left, then that at the right.
// When all have their first one, nobody gets a second. Deadlock.
#include "bug.h"

static pthread_mutex_t forks[mostThreads];
static int seats, meals[mostThreads];

static void *dine(void *number) {
	int seat = (int)number, left = seat, right = (seat + 1) % seats;
#ifdef FIXED
	if (right < left) {
		left = right;
		right = seat;
	}
#endif
	pthread_mutex_lock(&forks[left]);
	pthread_mutex_lock(&forks[right]);
	meals[seat]++;
	pthread_mutex_unlock(&forks[right]);
	pthread_mutex_unlock(&forks[left]);
	return 0;
}

int main(int argc, char **argv) {
	seats = argument(argc, argv, 2);
	for (int i = 0; i < seats; i++)
		start(dine, i);
	join();
	for (int i = 0; i < seats; i++)
		REQUIRE(meals[i] == 1);
}
