/* A state that a coroutine reaches only by asking its resumer: get, then put, n
 * times. A request is 0 for get, and otherwise the new state plus 1. */
#include "coro.h"

static i64 count(i64 n) {
	for (i64 i = 0; i < n; i++) {
		i64 v = coro_yield(0);
		coro_yield(v + 1 + 1);
	}
	return 0;
}

EXPORT(run) i64 run(i32 n) {
	coro *c = coro_new(count, n, 128);
	i64 state = 0, answer = 0;
	for (;;) {
		i64 request = coro_resume(c, answer);
		if (coro_done(c))
			break;
		if (request == 0)
			answer = state;
		else
			state = request - 1;
	}
	coro_free(c);
	return state;
}
