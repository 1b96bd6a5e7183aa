// A semaphore with one permit too many. A waiter lets all three philosophers to the table, not one less, and each
// takes the left fork first. No data race. Deadlock.
#include "bug.h"

#include <semaphore.h>

enum { seats = 3 };

static sem_t room, forks[seats];

static void *dine(void *number) {
	int seat = (int)number;
	sem_wait(&room);
	sem_wait(&forks[seat]);
	sem_wait(&forks[(seat + 1) % seats]);
	sem_post(&forks[(seat + 1) % seats]);
	sem_post(&forks[seat]);
	sem_post(&room);
	return 0;
}

int main(void) {
#ifdef FIXED
	sem_init(&room, 0, seats - 1);
#else
	sem_init(&room, 0, seats);
#endif
	for (int i = 0; i < seats; i++)
		sem_init(&forks[i], 0, 1);
	for (int i = 0; i < seats; i++)
		start(dine, i);
	join();
}
