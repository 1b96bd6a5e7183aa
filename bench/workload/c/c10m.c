/* n coroutines in all, of which 10,000 are alive at a time. Each yields once. */
#include "coro.h"

enum { ALIVE = 10000 };

static i64 coroutine(i64 v) {
	i64 w = coro_yield(v);
	return v + w;
}

EXPORT(run) i64 run(i32 n) {
	static coro *ready[ALIVE];
	i64 sum = 0;
	for (i64 first = 0; first < n; first += ALIVE) {
		for (i64 i = 0; i < ALIVE; i++) {
			ready[i] = coro_new(coroutine, first + i, 128);
			sum += coro_resume(ready[i], 0);
		}
		for (i64 i = 0; i < ALIVE; i++) {
			sum += coro_resume(ready[i], 1);
			coro_free(ready[i]);
		}
	}
	return sum;
}
