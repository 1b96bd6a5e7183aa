/* n coroutines in all, of which 10,000 are alive at a time. Each yields once.
 * n is at least 10,000. */
#include "coro.h"

enum { ALIVE = 10000 };

static i64 coroutine(i64 v) {
	i64 w = coro_yield(v);
	return v + w;
}

static coro *ready[ALIVE];

static i64 end(i32 at) {
	i64 result = coro_resume(ready[at], 1);
	coro_free(ready[at]);
	return result;
}

EXPORT(run) i64 run(i32 n) {
	i64 sum = 0;
	for (i32 i = 0; i < n; i++) { /* the oldest one makes room for each that comes */
		i32 at = i % ALIVE;
		if (i >= ALIVE)
			sum += end(at);
		ready[at] = coro_new(coroutine, i, 128);
		sum += coro_resume(ready[at], 0);
	}
	for (i32 at = 0; at < ALIVE; at++)
		sum += end(at);
	return sum;
}
