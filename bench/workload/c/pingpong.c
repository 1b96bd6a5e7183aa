/* Two coroutines hand control to each other, n times in all. Returns how
 * often that was. */
#include "coro.h"

static coro *players[2];
static i64 turns;

static i64 player(i64 me) {
	i64 left = coro_yield(0); /* the serve */
	while (left > 0) {
		turns++;
		left = coro_switch(players[1 - me], left - 1);
	}
	return me;
}

EXPORT(run) i64 run(i32 n) {
	turns = 0;
	for (i64 i = 0; i < 2; i++) {
		players[i] = coro_new(player, i, 128);
		coro_resume(players[i], 0);
	}
	/* The one at whom the count ends returns; the other one still waits. */
	i64 loser = coro_resume(players[0], n);
	coro_resume(players[1 - loser], 0);
	coro_free(players[0]);
	coro_free(players[1]);
	return turns;
}
